/** The tasks on pictures with truth, by their names. */
import { detect } from './detect.ts'
import { localize } from './localize.ts'
import { segment } from './segment.ts'

export type { AnswerContent, ClassScore, DetectionMistakes, TaskScore, VisionTask } from './vision-task.ts'

export const visionTasks = { localize, detect, segment } as const
