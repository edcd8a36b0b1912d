/** Ops of graphs on shapes, places and order, and those that fold axes. */
import { type Shape, sizeOf, stridesOf } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { cumsum } from '../../../ops/cumulative.ts'
import { add, cast, equal, less, mul, neg, sqrt, sub, where } from '../../../ops/elementwise.ts'
import { gather } from '../../../ops/indexing.ts'
import { argmax, max, mean, min, sum } from '../../../ops/reduce.ts'
import { topK } from '../../../ops/sort.ts'
import { split, stack } from '../../../ops/split-stack.ts'
import { broadcastTo, concat, flip, pad, reshape, slice, transpose } from '../../../ops/structure.ts'
import { Placed } from '../placed.ts'
import { type GraphCall, type GraphOperator, type GraphValue, isKnown, known } from './call.ts'

const written = (x: Tensor): readonly GraphValue[] => [Placed.written(x)]

/** An axis of so many, or an element, of which those below 0 are counted from the end. */
const fromStart = (place: number, count: number): number => (place < 0 ? place + count : place)

/** A list of shapes' numbers may be empty, which a tensor cannot be. */
const isEmpty = (value: GraphValue): boolean => value.shape.includes(0)

/** The same elements in another shape; numbers that are known stay so, none of them too. */
function inShape(call: GraphCall, shape: Shape): readonly GraphValue[] {
  const x = call.value(0)
  if (!isKnown(x)) return written(reshape(x.written, shape))
  if (sizeOf(shape) !== x.data.length) call.fail(`gives ${x.data.length} numbers the shape [${shape}]`)
  return [{ ...x, shape }]
}

const reshaped: GraphOperator = (call) => {
  const asked = call.numbers(1)
  const size = sizeOf(call.shape(0))
  const rest = size / asked.reduce((product, n) => (n === -1 ? product : product * n), 1)
  return inShape(
    call,
    asked.map((n) => (n === -1 ? rest : n)),
  )
}

const squeezed: GraphOperator = (call) => {
  const shape = call.shape(0)
  const axes = [...call.list('squeeze_dims'), ...call.list('axis')].map((axis) => fromStart(axis, shape.length))
  if (axes.some((axis) => shape[axis] !== 1)) call.fail(`leaves out an axis of [${shape}] that is not 1`)
  return inShape(
    call,
    shape.filter((n, axis) => (axes.length === 0 ? n !== 1 : !axes.includes(axis))),
  )
}

const expanded: GraphOperator = (call) => {
  const shape = call.shape(0)
  const axis = call.number(1)
  return inShape(call, shape.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, 1))
}

const transposed: GraphOperator = (call) => {
  const x = call.placed(0)
  const order = call.numbers(1)
  // From how it lies to what is asked for at once.
  return written(
    transpose(
      x.tensor,
      order.map((axis) => x.axisAsItLies(axis)),
    ),
  )
}

/** Operands that are joined, without empty lists, of one type. */
const parts = (call: GraphCall, indices: readonly number[]): number[] => indices.filter((i) => !isEmpty(call.value(i)))

function joined(call: GraphCall, indices: readonly number[], axis: number): readonly GraphValue[] {
  const full = parts(call, indices)
  if (full.length === 0) return [call.value(indices[0])]
  const operands = full.map((i) => call.placed(i))
  const rank = operands[0].shape.length
  const meant = fromStart(axis, rank)
  if (rank < 3 || !operands.some((x) => x.liesChannelsFirst))
    return written(
      concat(
        operands.map((x) => x.written),
        meant,
      ),
    )
  const tensors = operands.map((x) => x.channelsFirst)
  return [Placed.channelsFirst(concat(tensors, Placed.channelsFirst(tensors[0]).axisAsItLies(meant)))]
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** The most numbers that are written out while a graph is traced. */
const maxNumbers = 2 ** 20

function checkFew(call: GraphCall, count: number): void {
  if (!(count <= maxNumbers)) call.fail(`makes ${count} numbers; expected at most ${maxNumbers}`)
}

/** The most parts that an axis is cut into: each is a node of the graph. */
const maxParts = 4096

function checkParts(call: GraphCall, count: number): void {
  if (!(count <= maxParts)) call.fail(`cuts an axis into ${count} parts; expected at most ${maxParts}`)
}

const packed: GraphOperator = (call) => {
  const axis = call.attributeNumber('axis', 0)
  return written(
    stack(
      call.operands.map((_, i) => call.tensor(i)),
      axis,
    ),
  )
}

/** One element of each axis that a mask's bit names. */
const has = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0

/** x[begin:end:stride, ...] with NumPy's new axes, ellipsis and single indices, which come as masks. */
const stridedSlice: GraphOperator = (call) => {
  const shape = call.shape(0)
  const [begin, end, strides] = [call.numbers(1), call.numbers(2), call.numbers(3)]
  const mask = (name: string): number => call.attributeNumber(`${name}_mask`, 0)
  const masks = {
    begin: mask('begin'),
    end: mask('end'),
    ellipsis: mask('ellipsis'),
    newAxis: mask('new_axis'),
    single: mask('shrink_axis'),
  }
  const given = range(0, begin.length)
  const consuming = given.filter((i) => !has(masks.ellipsis, i) && !has(masks.newAxis, i)).length
  const starts: number[] = []
  const sizes: number[] = []
  const steps: number[] = []
  const result: number[] = []
  const whole = (): void => {
    const size = shape[starts.length]
    starts.push(0)
    sizes.push(size)
    steps.push(1)
    result.push(size)
  }
  for (const i of given) {
    if (has(masks.ellipsis, i)) for (let k = shape.length - consuming; k > 0; k--) whole()
    else if (has(masks.newAxis, i)) result.push(1)
    else {
      const size = shape[starts.length]
      if (size === undefined) return call.fail(`takes a slice of ${given.length} axes of [${shape}]`)
      if (has(masks.single, i)) {
        const at = fromStart(begin[i], size)
        if (at < 0 || at >= size) return call.fail(`takes element ${begin[i]} of axis ${starts.length} of [${shape}]`)
        starts.push(at)
        sizes.push(1)
        steps.push(1)
        continue
      }
      const step = strides[i]
      const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
      const place = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high)
      const from = has(masks.begin, i) ? (step > 0 ? 0 : size - 1) : place(begin[i])
      const to = has(masks.end, i) ? (step > 0 ? size : -1) : place(end[i])
      const count = Math.max(0, Math.ceil((to - from) / step))
      starts.push(from)
      sizes.push(count)
      steps.push(step)
      result.push(count)
    }
  }
  while (starts.length < shape.length) whole()
  const x = call.value(0)
  if (isKnown(x)) return [{ shape: result, dtype: x.dtype, data: picked(x.data, x.shape, starts, sizes, steps) }]
  if (sizes.includes(0)) return call.fail('takes a slice without elements')
  return written(reshape(slice(x.written, starts, sizes, { strides: steps }), result))
}

/** Numbers of a slice, in order. */
function picked(
  data: readonly number[],
  shape: Shape,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): number[] {
  const strides = stridesOf(shape)
  return starts
    .reduce<number[]>(
      (offsets, start, axis) =>
        offsets.flatMap((offset) =>
          range(0, sizes[axis]).map((i) => offset + (start + i * steps[axis]) * strides[axis]),
        ),
      [0],
    )
    .map((offset) => data[offset])
}

const sliced: GraphOperator = (call) => {
  const shape = call.shape(0)
  const [begin, size] = [call.numbers(1), call.numbers(2)]
  return written(
    slice(
      call.tensor(0),
      begin,
      shape.map((n, axis) => (size[axis] === -1 ? n - begin[axis] : size[axis])),
    ),
  )
}

/** Sizes before and behind each axis. */
function sides(call: GraphCall): { before: number[]; after: number[] } {
  const numbers = call.numbers(1)
  const even = numbers.filter((_, i) => i % 2 === 0)
  return { before: even, after: numbers.filter((_, i) => i % 2 === 1) }
}

const padded: GraphOperator = (call) => {
  const { before, after } = sides(call)
  const value = call.has(2) ? call.number(2) : call.attributeNumber('constant_value', 0)
  return written(pad(call.tensor(0), before, after, value))
}

/** Mirrors of the tensor's own elements, with its outermost ones or without them. */
const mirrored: GraphOperator = (call) => {
  const { before, after } = sides(call)
  const skip = call.text('mode', 'REFLECT') === 'REFLECT' ? 1 : 0
  return written(
    before.reduce((x, count, axis) => {
      const size = x.shape[axis]
      const largest = size - skip
      if (count > largest || after[axis] > largest)
        return call.fail(`mirrors more elements than axis ${axis} of [${x.shape}] has`)
      const part = (start: number, length: number): Tensor[] =>
        length === 0
          ? []
          : [
              flip(
                slice(
                  x,
                  x.shape.map((_, i) => (i === axis ? start : 0)),
                  x.shape.with(axis, length),
                ),
                axis,
              ),
            ]
      return concat([...part(skip, count), x, ...part(size - skip - after[axis], after[axis])], axis)
    }, call.tensor(0)),
  )
}

const gathered: GraphOperator = (call) => {
  const batch = call.attributeNumber('batch_dims', 0)
  if (batch !== 0) call.fail(`has batch_dims ${batch}; expected 0`)
  const axis = call.has(2) ? call.axis(2, 0) : 0
  const [x, indices] = [call.value(0), call.value(1)]
  const count = x.shape[axis]
  if (isKnown(indices)) {
    const places = indices.data.map((i) => (i < 0 ? i + count : i))
    if (places.some((i) => i < 0 || i >= count)) call.fail(`takes an element beyond the ${count} of axis ${axis}`)
    const one = constant(places, [places.length], 'int32')
    const all = gather(call.tensor(0), one, axis)
    return written(reshape(all, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]))
  }
  const places = cast(call.tensor(1), 'int32')
  return written(gather(call.tensor(0), where(less(places, 0), add(places, count), places), axis))
}

const tiled: GraphOperator = (call) => {
  const times = call.numbers(1)
  return written(
    times.reduce((x, count, axis) => {
      if (count === 1) return x
      const { shape } = x
      // The axis cut into one of copies and one of what is copied.
      const copies = broadcastTo(reshape(x, shape.toSpliced(axis, 0, 1)), shape.toSpliced(axis, 0, count))
      return reshape(copies, shape.with(axis, shape[axis] * count))
    }, call.tensor(0)),
  )
}

const splitAlong: GraphOperator = (call) => {
  const axis = call.axis(0, 1)
  const count = call.attributeNumber('num_split', 1)
  checkParts(call, count)
  return split(call.tensor(1), count, axis).map(Placed.written)
}

const splitInSizes: GraphOperator = (call) => {
  call.attributeNumber('num_split', 1)
  const axis = call.axis(2, 0)
  const sizes = call.numbers(1)
  checkParts(call, sizes.length)
  const rest = call.shape(0)[axis] - sizes.reduce((total, n) => (n === -1 ? total : total + n), 0)
  return split(
    call.tensor(0),
    sizes.map((n) => (n === -1 ? rest : n)),
    axis,
  ).map(Placed.written)
}

const unpacked: GraphOperator = (call) => {
  const axis = fromStart(call.attributeNumber('axis', 0), call.shape(0).length)
  const shape = call.shape(0).toSpliced(axis, 1)
  const count = call.shape(0)[axis]
  checkParts(call, count)
  return split(call.tensor(0), count, axis).map((part) => Placed.written(reshape(part, shape)))
}

/** Blocks of an image that go into the batch: [N, H, W, ...] becomes [N b b, H / b, W / b, ...]. */
const spaceToBatch: GraphOperator = (call) => {
  const blocks = call.numbers(1)
  const pads = call.numbers(2)
  const rank = call.shape(0).length
  const others = rank - 1 - blocks.length
  const around = (side: 0 | 1): number[] => [
    0,
    ...blocks.map((_, i) => pads[2 * i + side]),
    ...Array.from({ length: others }, () => 0),
  ]
  const x = pad(call.tensor(0), around(0), around(1))
  const [batch, ...sizes] = x.shape
  const rest = sizes.slice(blocks.length)
  const cut = reshape(x, [batch, ...blocks.flatMap((block, i) => [sizes[i] / block, block]), ...rest])
  const order = [
    ...blocks.map((_, i) => 2 * i + 2),
    0,
    ...blocks.map((_, i) => 2 * i + 1),
    ...rest.map((_, i) => 2 * blocks.length + 1 + i),
  ]
  const shape = [batch * sizeOf(blocks), ...blocks.map((block, i) => sizes[i] / block), ...rest]
  return written(reshape(transpose(cut, order), shape))
}

/** The other way round; what was added around images is cut off. */
const batchToSpace: GraphOperator = (call) => {
  const blocks = call.numbers(1)
  const crops = call.numbers(2)
  const [all, ...sizes] = call.shape(0)
  const batch = all / sizeOf(blocks)
  const rest = sizes.slice(blocks.length)
  const cut = reshape(call.tensor(0), [...blocks, batch, ...sizes])
  const { length } = blocks
  const order = [length, ...blocks.flatMap((_, i) => [length + 1 + i, i]), ...rest.map((_, i) => 2 * length + 1 + i)]
  const whole = reshape(transpose(cut, order), [batch, ...blocks.map((block, i) => sizes[i] * block), ...rest])
  const starts = [0, ...blocks.map((_, i) => crops[2 * i]), ...rest.map(() => 0)]
  const kept = [batch, ...blocks.map((block, i) => sizes[i] * block - crops[2 * i] - crops[2 * i + 1]), ...rest]
  return written(slice(whole, starts, kept))
}

type Fold = (x: Tensor, axes: readonly number[], options: { keepDims: boolean }) => Tensor

const reduction =
  (of: Fold): GraphOperator =>
  (call) => {
    const x = call.placed(0)
    const axes = call.numbers(1).map((axis) => fromStart(axis, x.shape.length))
    const keepDims = call.flag('keep_dims')
    if (axes.length === 0) return [x]
    const folded = of(
      x.tensor,
      axes.map((axis) => x.axisAsItLies(axis)),
      { keepDims: true },
    )
    const kept = x.liesChannelsFirst ? Placed.channelsFirst(folded) : Placed.written(folded)
    return keepDims
      ? [kept]
      : written(
          reshape(
            kept.written,
            x.shape.filter((_, axis) => !axes.includes(axis)),
          ),
        )
  }

const truth = (x: Tensor): Tensor => cast(x, 'float32')

/** Of a few numbers: each is multiplied in. */
const product: Fold = (x, axes, { keepDims }) =>
  axes.reduce((folded, axis) => {
    const factors = split(folded, folded.shape[axis], axis)
    const y = factors.reduce((a, b) => mul(a, b))
    return keepDims ? y : reshape(y, y.shape.toSpliced(axis, 1))
  }, x)

const extreme =
  (sign: 1 | -1): GraphOperator =>
  (call) => {
    const axis = call.has(1) ? call.axis(1, 0) : 0
    const x = call.tensor(0)
    // The least integer has no opposite of 32 bits.
    const smallest = x.dtype === 'int32' ? sub(-1, x) : neg(x)
    return written(argmax(sign === 1 ? x : smallest, axis))
  }

const cumulated: GraphOperator = (call) => {
  const options = { exclusive: call.flag('exclusive'), reverse: call.flag('reverse') }
  return written(cumsum(call.tensor(0), call.axis(1, 0), options))
}

const ones =
  (value: number): GraphOperator =>
  (call) => {
    const x = call.value(0)
    const filled = constant(value, [], isKnown(x) ? x.dtype : x.tensor.dtype)
    return written(x.shape.length === 0 ? filled : broadcastTo(filled, x.shape))
  }

export const shapeOperators: Readonly<Record<string, GraphOperator>> = {
  All: reduction((x, axes, options) => min(truth(x), axes, options)),
  Any: reduction((x, axes, options) => max(truth(x), axes, options)),
  ArgMax: extreme(1),
  ArgMin: extreme(-1),
  BatchToSpaceND: batchToSpace,
  BroadcastTo: (call) => written(broadcastTo(call.tensor(0), call.numbers(1))),
  Concat: (call) => joined(call, range(1, call.count), call.number(0)),
  ConcatV2: (call) => joined(call, range(0, call.count - 1), call.number(call.count - 1)),
  Cumsum: cumulated,
  EnsureShape: (call) => [call.value(0)],
  EuclideanNorm: reduction((x, axes, options) => sqrt(sum(mul(x, x), axes, options))),
  ExpandDims: expanded,
  Fill(call) {
    const [shape, value] = [call.numbers(0), call.value(1)]
    if (shape.includes(0)) return [known([], shape, isKnown(value) ? value.dtype : 'float32')]
    return written(broadcastTo(call.tensor(1), shape))
  },
  Gather: gathered,
  GatherV2: gathered,
  LinSpace(call) {
    const [from, to, count] = [call.number(0), call.number(1), call.number(2)]
    checkFew(call, count)
    const step = count > 1 ? (to - from) / (count - 1) : 0
    return [
      known(
        range(0, count).map((i) => from + i * step),
        [count],
        'float32',
      ),
    ]
  },
  Max: reduction(max),
  Mean: reduction(mean),
  Min: reduction(min),
  MirrorPad: mirrored,
  OneHot(call) {
    const axis = call.attributeNumber('axis', -1)
    if (axis !== -1 && axis !== call.shape(0).length) call.fail(`has axis ${axis}; expected the last`)
    const classes = call.number(1)
    checkFew(call, classes)
    const indices = cast(call.tensor(0), 'int32')
    const each = constant(range(0, classes), [classes], 'int32')
    // Of an index that is none of them, all are off.
    const isOn = equal(reshape(indices, [...indices.shape, 1]), each)
    return written(where(isOn, call.tensor(2), call.tensor(3)))
  },
  OnesLike: ones(1),
  Pack: packed,
  Pad: padded,
  PadV2: padded,
  Prod(call) {
    const shape = call.shape(0)
    for (const axis of call.numbers(1)) checkParts(call, shape[fromStart(axis, shape.length)])
    return reduction(product)(call)
  },
  Range(call) {
    const [from, to, step] = [call.number(0), call.number(1), call.number(2)]
    const count = Math.max(0, Math.ceil((to - from) / step))
    checkFew(call, count)
    const first = call.value(0)
    return [
      known(
        range(0, count).map((i) => from + i * step),
        [count],
        isKnown(first) ? first.dtype : 'float32',
      ),
    ]
  },
  Rank: (call) => [known([call.shape(0).length], [])],
  Reshape: reshaped,
  ReverseV2: (call) =>
    written(
      flip(
        call.tensor(0),
        call.numbers(1).map((axis) => fromStart(axis, call.shape(0).length)),
      ),
    ),
  Shape: (call) => [known(call.shape(0))],
  ShapeN: (call) => call.operands.map(({ shape }) => known(shape)),
  Size: (call) => [known([sizeOf(call.shape(0))], [])],
  Slice: sliced,
  SpaceToBatchND: spaceToBatch,
  Split: splitAlong,
  SplitV: splitInSizes,
  Squeeze: squeezed,
  StridedSlice: stridedSlice,
  Sum: reduction(sum),
  Tile: tiled,
  TopKV2(call) {
    call.flag('sorted')
    const { values, indices } = topK(call.tensor(0), call.number(1))
    return [Placed.written(values), Placed.written(indices)]
  },
  Transpose: transposed,
  Unpack: unpacked,
  ZerosLike: ones(0),
}
