/** A kernel: one loop nest over buffers, written as WebAssembly when addresses are known. */

import type { FunctionHandle, Module, Statement, Value } from './assembler/index.ts'
import type { Buffer } from './buffer.ts'
import type { MathLibrary } from './math/index.ts'
import type { Schedule } from './schedule.ts'

/**
 * How a kernel's work is shared among threads. `blocks`: each call does one block of 8 images or channels and touches only that
 * block of buffers that are not plain; where a block has `parts`, equal and independent, a call does a range of them. `items`: each call does a range
 * of equal, independent items.
 */
export type Split =
  | { readonly by: 'blocks'; readonly count: number; readonly parts?: number }
  | { readonly by: 'items'; readonly count: number }

/** Kernels that are run once a step. */
export interface KernelLoop {
  readonly steps: number
  /** From the last step to the first. */
  readonly reverse: boolean
  readonly schedule: Schedule
  /** What its schedule's arena lies in. */
  readonly arena: Buffer
}

export interface Kernel {
  /** What it computes, for profiles and listings. */
  readonly name: string
  readonly split: Split
  readonly reads: readonly Buffer[]
  readonly writes: readonly Buffer[]
  /** Row-major buffers of which it reads an element just before it writes the same element: it can overwrite them. */
  readonly readsInPlace?: readonly Buffer[]
  /** Whether to run just before what reads its results: they take more memory than what it reads itself. */
  readonly late?: boolean
  /** Bytes of memory that each thread needs for itself while it runs the kernel; none unless given. */
  readonly workspaceBytes?: number
  /** Multiply-adds of one run, as the op counts them, also where the kernel needs fewer. */
  readonly multiplyAdds?: number
  /** The part of the network whose ops it computes, as `Tensor.scope` tells it. */
  readonly scope?: string
  /** Set where the kernel is a loop over kernels, which all threads run together; it emits nothing itself. */
  readonly loop?: KernelLoop
  /**
   * All that its code depends on besides its name and split and the shapes, types and layouts of its buffers, as JSON writes it; a buffer stands for its place among those
   * that are read and written. Kernels that are alike in all of this share one function. Those without a key have one of their own.
   */
  readonly key?: unknown
  emit(context: KernelContext): Statement[]
}

/** What a kernel's generator works with. */
export interface KernelContext {
  readonly module: Module
  readonly math: MathLibrary
  /**
   * Whether the engine joins the same operation on two neighbouring vectors to one of 256 bits: then two vectors take one register, and both
   * have to be stored one right after the other, for from there it looks for pairs.
   */
  readonly wide: boolean
  /** The block of a kernel split by blocks. */
  readonly block: Value<'i32'>
  /** The range of items, `to` excluded, of a kernel split by items; of parts of the block where it has some. */
  readonly from: Value<'i32'>
  readonly to: Value<'i32'>
  /** Where the thread's workspace begins. */
  readonly workspace: Value<'i32'>
  /** A function that kernels of the program share: made by the first that asks for its key. */
  shared(key: string, make: () => FunctionHandle): FunctionHandle
  /** Where a buffer begins; for one in blocks, where a block of it begins: the kernel's own, or the first where it has none. */
  address(buffer: Buffer, block?: Value<'i32'>): Value<'i32'>
}
