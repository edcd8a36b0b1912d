/** Data sets: files and folders, drawn ones, augmentation. */
export * from '../data/index.ts'
