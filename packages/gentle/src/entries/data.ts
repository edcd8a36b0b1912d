/**
 * Data sets: files and folders, drawn ones, augmentation.
 * @module gentle-dl/data
 */
export * from '../data/index.ts'
