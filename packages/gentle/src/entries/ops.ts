/**
 * Functions of tensors.
 * @module gentle-dl/ops
 */
export * from '../ops/index.ts'
