/**
 * Elementwise kernels: every output element is computed from the matching, perhaps repeated, elements of the operands. Also the
 * frame for kernels that only move elements, whose operands are walked with other strides.
 */

import { broadcastStrides, sizeOf, stridesOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { f32, f32x4, i32, i32x4, Local, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, channelBlocks, elementBytes, laneBytes, loopShape } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { alongChannels, type Layout } from '../layout/layout.ts'
import { type Computed, constantVector, emitExpression, expressionKey, storeTogether } from './expression.ts'
import { collapse, plainItems, plainNest, type Stream, sharedNest, type Width } from './nest.ts'

/** An operand of a map: its buffer, strides in elements along the axes over which the output's kernel loops, and an offset. */
export interface MapOperand {
  readonly buffer: Buffer
  readonly strides: readonly number[]
  /** Elements to skip at the start; none by default. */
  readonly offset?: number
  /** Row-major numbers, one for each channel of an output in channels. */
  readonly perChannel?: boolean
}

/** What a kernel computes for each element from the matching elements of its operands. */
export interface Expression {
  /** The shape and layout of the values; they need not be stored anywhere. */
  readonly domain: Buffer
  readonly inputs: readonly MapOperand[]
  /** What tells what it computes from all else; undefined where nothing does. */
  readonly key?: unknown
  /** The values' vector from the operands' vectors; it may begin with statements. */
  compute(vectors: readonly Value<'v128'>[], context: KernelContext): Computed
}

export interface MapDescription {
  readonly name: string
  /** Sizes of the loops: the output's shape, in blocks without the axes that count them. */
  readonly extents: readonly number[]
  readonly output: MapOperand
  readonly inputs: Expression['inputs']
  readonly key?: Expression['key']
  readonly compute: Expression['compute']
}

/** A kernel that computes `output` element by element: by items where it is plain, else by blocks. */
export function mapKernel({ name, extents, output, inputs, key, compute }: MapDescription): Kernel {
  const operands = [output, ...inputs]
  const loops = collapse(extents, operands.map(byteStrides))
  const inBlocks = output.buffer.layout !== 'plain'

  const streams = (context: KernelContext): Stream[] =>
    operands.map((operand, k) => ({ start: startOf(operand, output.buffer, context), strides: loops.strides[k] }))

  const emitBlock = (context: KernelContext): Statement[] => {
    const loads = loadsOfBlock(inputs, loops.strides.slice(1))
    return sharedNest(
      context,
      loops.extents,
      streams(context),
      ([target, ...sources]) =>
        storeTogether(
          target,
          ([0, 1] as const).map((half) => compute(loads.vectors(sources, half), context)),
          0,
        ),
      ([, ...sources]) => loads.before(sources),
    )
  }

  const emitPlain = (context: KernelContext): Statement[] =>
    plainNest(context, loops.extents, streams(context), ([target, ...sources], width) => {
      const repeated = (k: number): boolean => loops.strides[k + 1].at(-1) === 0
      const vectors = sources.map((source, k) => loadPlain(source, repeated(k) ? 'repeated' : width))
      const { statements, value } = compute(vectors, context)
      return [...statements, storePlain(target, value, width)]
    })

  return {
    name,
    split: inBlocks
      ? { by: 'blocks', count: output.buffer.blocks, parts: loops.extents[0] }
      : { by: 'items', count: plainItems(loops.extents) },
    reads: inputs.map(({ buffer }) => buffer),
    writes: [output.buffer],
    readsInPlace: inputs
      .filter(
        ({ buffer }, k) =>
          buffer.layout === output.buffer.layout &&
          loops.strides[k + 1].every((stride, axis) => stride === loops.strides[0][axis]),
      )
      .map(({ buffer }) => buffer),
    key: key && [key, extents, operands],
    emit: inBlocks ? emitBlock : emitPlain,
  }
}

/** An operand's strides in bytes. */
export const byteStrides = ({ buffer, strides }: MapOperand): number[] =>
  strides.map((stride) => stride * elementBytes(buffer.layout))

/** Where an operand of a kernel begins that computes a block of `domain`, or all of it where it is plain. */
export const startOf = (
  { buffer, offset = 0, perChannel }: MapOperand,
  domain: Buffer,
  context: KernelContext,
): Value<'i32'> =>
  i32.add(context.address(buffer), perChannel ? channelsAt(domain, context) : offset * elementBytes(buffer.layout))

/** Whether the 8 places of a block read one number of an operand. */
const isRepeated = ({ buffer, perChannel }: MapOperand): boolean => buffer.layout === 'plain' && !perChannel

/**
 * How a kernel in blocks loads its operands' vectors. What stays where it is along the innermost loop, as a number for each channel does, is
 * loaded before that loop, into locals; `strides` are those of the loops.
 */
export function loadsOfBlock(inputs: readonly MapOperand[], strides: readonly (readonly number[])[]) {
  const load = (k: number, pointer: Local<'i32'>, offset: number): Value<'v128'> =>
    isRepeated(inputs[k]) ? v128.load32Splat(pointer, offset) : v128.load(pointer, offset)
  const kept = inputs.map((operand, k) => {
    if (strides[k].at(-1) !== 0) return undefined
    const first = new Local('v128')
    return isRepeated(operand) ? [first] : [first, new Local('v128')]
  })
  return {
    before: (pointers: readonly Local<'i32'>[]): Statement[] =>
      kept.flatMap((locals, k) => (locals ?? []).map((local, half) => local.set(load(k, pointers[k], 16 * half)))),
    /** Vectors of the first or second half of a block, so many steps of the innermost loop ahead of the pointers. */
    vectors: (pointers: readonly Local<'i32'>[], half: 0 | 1, step = 0): Value<'v128'>[] =>
      inputs.map((operand, k) => {
        const ahead = step * (strides[k].at(-1) ?? 0)
        return (
          kept[k]?.at(isRepeated(operand) ? 0 : half) ??
          load(k, pointers[k], isRepeated(operand) ? ahead : 16 * half + ahead)
        )
      }),
  }
}

/** Bytes from a channel's number to those of the first channel of the present block of an output in channels. */
const channelsAt = (output: Buffer, { block }: KernelContext): Value<'i32'> =>
  i32.mul(i32.remU(block, channelBlocks(output.shape)), laneBytes)

const loadPlain = (pointer: Local<'i32'>, width: Width | 'repeated'): Value<'v128'> =>
  width === 'repeated' ? v128.load32Splat(pointer) : width === 'vector' ? v128.load(pointer) : v128.load32Zero(pointer)

const storePlain = (pointer: Local<'i32'>, value: Value<'v128'>, width: Width): Statement =>
  width === 'vector' ? v128.store(pointer, value) : v128.store32Lane(pointer, value, 0)

/** How a lowering gets an operand of a kernel with this output. */
export type OperandSource = (leaf: Tensor, output: Buffer) => Buffer

/**
 * The layout in which a kernel with this output reads an operand: its images go with the output's images or not at all. In a
 * batch of one image, what is row-major can stay so, since its one value serves all lanes.
 */
export function operandLayout(leaf: Tensor, output: Buffer, present: Layout): Layout {
  if (output.layout === 'channels') return alongChannels(leaf, output.shape) === 'elements' ? 'channels' : 'plain'
  const goesAlong =
    output.layout === 'lanes' && leaf.shape.length === output.shape.length && leaf.shape[0] === output.shape[0]
  return goesAlong && (output.shape[0] > 1 || present === 'lanes') ? 'lanes' : 'plain'
}

/** Strides of an operand, in elements, along the axes over which the output's kernel loops. */
export function operandStrides(leaf: Tensor, operand: Buffer, output: Buffer): number[] {
  if (output.layout === 'plain') return broadcastStrides(leaf.shape, output.shape)
  if (output.layout === 'channels') {
    const spatial = output.shape.slice(2)
    return operand.layout === 'channels' ? broadcastStrides(leaf.shape.slice(2), spatial) : spatial.map(() => 0)
  }
  if (operand.layout === 'lanes') return broadcastStrides(leaf.shape.slice(1), output.shape.slice(1))
  return broadcastStrides(leaf.shape, output.shape).slice(1)
}

/** Elementwise nodes, operands before results, as what a kernel computes for each element of `domain`. */
export function expressionOf(nodes: readonly Tensor[], domain: Buffer, source: OperandSource): Expression {
  const inside = new Set(nodes)
  const leaves = [...new Set(nodes.flatMap((node) => node.inputs))].filter(
    (x) => !inside.has(x) && constantVector(x) === undefined,
  )
  const inputs = leaves.map((leaf) => {
    const buffer = source(leaf, domain)
    const perChannel =
      domain.layout === 'channels' && buffer.layout === 'plain' && alongChannels(leaf, domain.shape) === 'channels'
    return { buffer, strides: operandStrides(leaf, buffer, domain), perChannel }
  })
  return {
    domain,
    inputs,
    key: expressionKey(nodes, (leaf) => leaves.indexOf(leaf)),
    compute: (vectors, context) => emitExpression(nodes, (leaf) => vectors[leaves.indexOf(leaf)], context),
  }
}

/** The key of a kernel that computes an expression to do something with it. */
export const expressionKernelKey = (
  { domain: { shape, layout, dtype }, inputs, key }: Expression,
  use: unknown,
): unknown => key && [use, key, inputs, shape, layout, dtype]

/** The values that stand in a buffer. */
export const storedValues = (buffer: Buffer): Expression => ({
  domain: buffer,
  inputs: [{ buffer, strides: stridesOf(loopShape(buffer)) }],
  key: 'stored values',
  compute: ([value]) => ({ statements: [], value }),
})

/** The kernel of a group of elementwise nodes. */
export function elementwiseKernel(nodes: readonly Tensor[], output: Buffer, source: OperandSource): Kernel {
  const extents = loopShape(output)
  return mapKernel({
    name: nodes.map((node) => node.op.name).join(' + '),
    extents,
    output: { buffer: output, strides: stridesOf(extents) },
    ...expressionOf(nodes, output, source),
  })
}

/** A kernel that moves elements without computing. */
export const copyKernel = (name: string, extents: readonly number[], output: MapOperand, input: MapOperand): Kernel =>
  mapKernel({ name, extents, output, inputs: [input], key: 'copy', compute: ([value]) => ({ statements: [], value }) })

/** A kernel that adds floats to those that are there. */
export const addToKernel = (name: string, extents: readonly number[], output: MapOperand, input: MapOperand): Kernel =>
  mapKernel({
    name,
    extents,
    output,
    inputs: [output, input],
    key: 'add to',
    compute: ([sum, value]) => ({ statements: [], value: f32x4.add(sum, value) }),
  })

/** A kernel that writes one number everywhere. */
export const fillKernel = (output: Buffer, value: number): Kernel =>
  mapKernel({
    name: 'fill',
    extents: [sizeOf(loopShape(output))],
    output: { buffer: output, strides: [1] },
    inputs: [],
    compute: () => ({
      statements: [],
      value: output.dtype === 'int32' ? i32x4.splat(value) : f32x4.splat(f32.const(value)),
    }),
  })
