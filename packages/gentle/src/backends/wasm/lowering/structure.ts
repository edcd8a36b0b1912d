/** Ops that move values and compute none: loops over the output, or the operand, with other strides on the other side. */
import { stridesOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { PadAttributes } from '../../../ops/structure.ts'
import { type Buffer, bytesOf, floatBuffer, loopShape } from '../buffer.ts'
import { copyKernel, fillKernel, operandStrides } from '../kernels/map.ts'
import { leadingAxes } from '../layout/layout.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** The numbers that go with the axes over which a buffer's kernel loops. */
const perLoop = <T>({ layout }: Buffer, values: readonly T[]): readonly T[] => values.slice(leadingAxes[layout])

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, x, i) => total + x * b[i], 0)

/** Reads one operand in the output's layout with other strides, in the order of the output's axes. */
function copyFrom(
  context: LoweringContext,
  name: string,
  x: Tensor,
  output: Buffer,
  strides: (operand: readonly number[]) => readonly number[],
  offset: (operand: readonly number[]) => number = () => 0,
): void {
  const buffer = context.buffer(x, output.layout)
  const own = stridesOf(loopShape(buffer))
  const extents = loopShape(output)
  context.emit(
    copyKernel(
      name,
      extents,
      { buffer: output, strides: stridesOf(extents) },
      { buffer, strides: strides(own), offset: offset(own) },
    ),
  )
}

/** Copies x into the box of the output that begins at `starts`. */
function placeInto(context: LoweringContext, name: string, x: Tensor, output: Buffer, starts: readonly number[]): void {
  const operand = context.buffer(x, output.layout)
  const extents = loopShape(operand)
  const strides = stridesOf(loopShape(output))
  context.emit(
    copyKernel(
      name,
      extents,
      { buffer: output, strides, offset: dot(strides, perLoop(output, starts)) },
      { buffer: operand, strides: stridesOf(extents) },
    ),
  )
}

/** Blocks of channels beside blocks of channels: to memory, each image is a stretch of numbers. */
function concatChannels(context: LoweringContext, node: Tensor, output: Buffer): void {
  const asRows = (buffer: Buffer): Buffer => ({
    ...floatBuffer(buffer.name, [buffer.shape[0], bytesOf(buffer) / 4 / buffer.shape[0]]),
    of: buffer.of ?? buffer,
  })
  const target = asRows(output)
  let offset = 0
  for (const x of node.inputs) {
    const part = asRows(context.buffer(x, 'channels'))
    context.emit(
      copyKernel(
        'concat',
        part.shape,
        { buffer: target, strides: stridesOf(target.shape), offset },
        { buffer: part, strides: stridesOf(part.shape) },
      ),
    )
    offset += part.shape[1]
  }
}

export const lowerStructure: Lowerings<'transpose' | 'broadcastTo' | 'concat' | 'slice' | 'pad'> = {
  transpose(context, node, output) {
    const { order } = node.attributes as { order: readonly number[] }
    const axes = output.layout === 'lanes' ? order.slice(1).map((axis) => axis - 1) : order
    copyFrom(context, 'transpose', node.inputs[0], output, (strides) => axes.map((axis) => strides[axis]))
  },

  broadcastTo(context, node, output) {
    const [x] = node.inputs
    const operand = context.operand(x, output)
    const extents = loopShape(output)
    context.emit(
      copyKernel(
        'broadcastTo',
        extents,
        { buffer: output, strides: stridesOf(extents) },
        { buffer: operand, strides: operandStrides(x, operand, output) },
      ),
    )
  },

  concat(context, node, output) {
    const { axis } = node.attributes as { axis: number }
    if (output.layout === 'channels') {
      concatChannels(context, node, output)
      return
    }
    let start = 0
    for (const x of node.inputs) {
      const starts = x.shape.map((_, a) => (a === axis ? start : 0))
      placeInto(context, 'concat', x, output, starts)
      start += x.shape[axis]
    }
  },

  slice(context, node, output) {
    const { starts } = node.attributes as { starts: readonly number[] }
    copyFrom(
      context,
      'slice',
      node.inputs[0],
      output,
      (strides) => strides,
      (strides) => dot(strides, perLoop(output, starts)),
    )
  },

  pad(context, node, output) {
    const { before, value } = node.attributes as PadAttributes
    context.emit(fillKernel(output, value))
    placeInto(context, 'pad', node.inputs[0], output, before)
  },
}
