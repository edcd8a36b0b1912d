/** Ops that move values and compute none: loops over the output, or the operand, with other strides on the other side. */
import { type Shape, sizeOf, stridesOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { type AddSlicesAttributes, type PadAttributes, type SlicePlace, sliceSteps } from '../../../ops/structure.ts'
import { type Buffer, bytesOf, floatBuffer, loopShape } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { addToKernel, copyKernel, fillKernel, operandStrides } from '../kernels/map.ts'
import { sideBySide } from '../kernels/side-by-side.ts'
import { leadingAxes } from '../layout/layout.ts'
import type { LoweringContext, Lowerings } from './context.ts'

/** The numbers that go with the axes over which a buffer's kernel loops. */
const perLoop = <T>({ layout }: Buffer, values: readonly T[]): readonly T[] => values.slice(leadingAxes[layout])

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

/** A slice's place along the axes over which a buffer's kernel loops. */
const placeIn = (buffer: Buffer, { starts, strides }: SlicePlace): SlicePlace => ({
  starts: perLoop(buffer, starts),
  strides: strides && perLoop(buffer, strides),
})

/** A kernel that copies x, or does what `kernel` does, to its place in the output. */
function placeInto(
  context: LoweringContext,
  name: string,
  x: Tensor,
  output: Buffer,
  place: SlicePlace,
  kernel = copyKernel,
): Kernel {
  const operand = context.buffer(x, output.layout)
  const extents = loopShape(operand)
  const { strides, offset } = sliceSteps(stridesOf(loopShape(output)), placeIn(output, place))
  return kernel(name, extents, { buffer: output, strides, offset }, { buffer: operand, strides: stridesOf(extents) })
}

/** Whether no two slices of these shapes reach into each other's box. */
function lieApart(shapes: readonly Shape[], places: readonly SlicePlace[]): boolean {
  const boxes = places.map(({ starts, strides }, i) =>
    starts.map((start, axis) => {
      const last = start + (shapes[i][axis] - 1) * (strides?.[axis] ?? 1)
      return [Math.min(start, last), Math.max(start, last)]
    }),
  )
  return boxes.every((a, i) =>
    boxes.slice(0, i).every((b) => a.some(([from, to], axis) => to < b[axis][0] || b[axis][1] < from)),
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

export const lowerStructure: Lowerings<'transpose' | 'broadcastTo' | 'concat' | 'slice' | 'addSlices' | 'pad'> = {
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
    const copies = node.inputs.map((x) => {
      const starts = x.shape.map((_, a) => (a === axis ? start : 0))
      start += x.shape[axis]
      return placeInto(context, 'concat', x, output, { starts })
    })
    context.emit(...sideBySide(copies))
  },

  slice(context, node, output) {
    const place = placeIn(output, node.attributes as SlicePlace)
    copyFrom(
      context,
      'slice',
      node.inputs[0],
      output,
      (strides) => sliceSteps(strides, place).strides,
      (strides) => sliceSteps(strides, place).offset,
    )
  },

  addSlices(context, node, output) {
    const { places } = node.attributes as AddSlicesAttributes
    const apart = lieApart(
      node.inputs.map(({ shape }) => shape),
      places,
    )
    const taken = node.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    if (!apart || taken < sizeOf(node.shape)) context.emit(fillKernel(output, 0))
    const kernels = node.inputs.map((part, i) =>
      placeInto(context, 'addSlices', part, output, places[i], apart ? copyKernel : addToKernel),
    )
    context.emit(...(apart ? sideBySide(kernels) : kernels))
  },

  pad(context, node, output) {
    const { before, value } = node.attributes as PadAttributes
    context.emit(fillKernel(output, value))
    context.emit(placeInto(context, 'pad', node.inputs[0], output, { starts: before }))
  },
}
