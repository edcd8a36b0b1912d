/** What trained models say of pictures, and how good that is. */
export { type AnsweredPicture, type AnswerOptions, answers } from './answers.ts'
export {
  type Detections,
  detectAll,
  evaluateDetection,
  evaluateLocalization,
  evaluateSegmentation,
  type LocalizationReport,
} from './evaluate-tasks.ts'
export { evaluateViews, predictViews, type ViewOptions } from './views.ts'
