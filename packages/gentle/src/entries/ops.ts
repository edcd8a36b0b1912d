/** Functions of tensors. */
export * from '../ops/index.ts'
