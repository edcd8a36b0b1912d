/**
 * The lecture's networks by their names, the recipes they are trained by, and their weights from files.
 * @module gentle-dl/models
 */
export * from '../models/index.ts'
export { loadPretrained, type PretrainedOptions, type WeightsSource } from '../train/load-pretrained.ts'
