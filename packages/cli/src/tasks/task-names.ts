/** Names of all tasks: those on pictures and points, and those on sequences. */
import { modelTaskNames } from 'gentle-dl/vision'

/** Speech to text; a language to another. */
export const sequenceTaskNames = ['transcribe', 'translate'] as const

export const allTaskNames = [...modelTaskNames, ...sequenceTaskNames] as const

export type AnyTaskName = (typeof allTaskNames)[number]
