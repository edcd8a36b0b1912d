/**
 * Pictures, and what is asked of them: localization, detection and segmentation, with their networks, losses, answers and metrics.
 * @module gentle-dl/vision
 */
export * from '../models/tasks.ts'
export * from '../nn/vision-losses.ts'
export * from '../train/vision.ts'
export * from '../vision/index.ts'
