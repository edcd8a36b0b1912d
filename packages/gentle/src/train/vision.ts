/** What trained models say of pictures, and how good that is. */
export { alignAnnotated } from './align-classes.ts'
export { type AnswerOptions, answers, type PicturePrediction } from './answers.ts'
export {
  type Detections,
  detectAll,
  evaluateDetection,
  evaluateLocalization,
  evaluateSegmentation,
  type LocalizationReport,
} from './evaluate-tasks.ts'
export { evaluateViews, predictViews, type ViewOptions } from './views.ts'
export {
  type AnswerContent,
  type ClassScore,
  type DetectionMistakes,
  type TaskScore,
  type VisionTask,
  visionTasks,
} from './vision-tasks/index.ts'
