/** Names of all tasks: those on pictures, and those on sequences. */
import { taskNames } from 'gentle-dl/vision'

/** Speech to text; a language to another. */
export const sequenceTaskNames = ['transcribe', 'translate'] as const

export const allTaskNames = [...taskNames, ...sequenceTaskNames] as const

export type AnyTaskName = (typeof allTaskNames)[number]
