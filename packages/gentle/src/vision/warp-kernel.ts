/**
 * The code that warps, for pictures of one size. Four neighbours of a row are asked at a time: where their middles come from, which four pixels
 * lie around each, and what is between them. A vector cannot be gathered from four places, but the two neighbours in a row are one load of 64
 * bits; so eight loads and four shuffles bring the sixteen pixels. The picture stands in a frame one pixel wide, and places outside are moved to the
 * nearest inside and overwritten in the end, so that nothing branches.
 */
import {
  countedLoop,
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  type Lane,
  type Local,
  Module,
  memoryCopy,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../backends/wasm/assembler/index.ts'
import { MemoryError } from '../core/errors.ts'

export interface WarpSizes {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly outHeight: number
  readonly outWidth: number
}

/** The nine numbers of the map back, what comes from outside, and whether there are displacements. */
type WarpFunction = (
  m0: number,
  m1: number,
  m2: number,
  m3: number,
  m4: number,
  m5: number,
  m6: number,
  m7: number,
  m8: number,
  fill: number,
) => void

/** Compiled code with the memory that it works in. Rows of `target` and `displacements` are `pitch` apart. */
export interface WarpKernel {
  readonly pitch: number
  readonly source: Float32Array
  /** The picture in its frame, which is filled by whoever changes what comes from outside. */
  readonly framed: Float32Array
  readonly target: Float32Array
  readonly displacements: Float32Array
  /** Copies the source into its frame. */
  frame(): void
  affine: WarpFunction
  /** With a horizon, and each place moved by `displacements` before. */
  general: WarpFunction
}

const parameters = {
  m0: 'f64',
  m1: 'f64',
  m2: 'f64',
  m3: 'f64',
  m4: 'f64',
  m5: 'f64',
  m6: 'f64',
  m7: 'f64',
  m8: 'f64',
  fill: 'f32',
} as const

type ParameterLocals = { readonly [Name in keyof typeof parameters]: Local<(typeof parameters)[Name]> }

/**
 * Compiles the code for pictures of these sizes.
 * @throws MemoryError where they do not fit into 4 GiB.
 */
export function warpKernel(sizes: WarpSizes): WarpKernel {
  const { channels, height, width, outHeight, outWidth } = sizes
  const pitch = 4 * Math.ceil(outWidth / 4)
  const lengths = [
    channels * height * width,
    channels * (height + 2) * (width + 2),
    channels * outHeight * pitch,
    2 * outHeight * pitch,
  ]
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + 4 * (length + 4), 0))
  const pages = Math.ceil((starts[3] + 4 * (lengths[3] + 4)) / 2 ** 16)
  if (pages > 2 ** 16)
    throw new MemoryError(
      `a picture of ${channels} x ${height} x ${width} takes ${(pages / 2 ** 14).toFixed(1)} GiB to warp, and only 4 are available; make it smaller first`,
    )
  const memoryType = { initialPages: pages, maximumPages: pages, shared: false }
  const module = new Module({ memory: memoryType })
  const [source, framed, target, displacements] = starts
  module.function('frame', {}, undefined, (_, builder) => copyRows(builder.local('i32'), sizes, source, framed), {
    export: true,
  })
  for (const name of ['affine', 'general'] as const)
    module.function(
      name,
      parameters,
      undefined,
      (map, builder) => {
        const loops = new WarpLoops(sizes, pitch, { framed, target, displacements }, map, (type) => builder.local(type))
        return loops.statements(name === 'general')
      },
      { export: true },
    )
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory } })
  const view = (part: number): Float32Array => new Float32Array(memory.buffer, starts[part], lengths[part])
  return {
    pitch,
    source: view(0),
    framed: view(1),
    target: view(2),
    displacements: view(3),
    ...(exports as unknown as Pick<WarpKernel, 'frame' | 'affine' | 'general'>),
  }
}

/** Rows of the picture into the middle of its frame. */
function copyRows(
  row: Local<'i32'>,
  { channels, height, width }: WarpSizes,
  source: number,
  framed: number,
): Statement[] {
  const bytes = 4 * width
  return Array.from({ length: channels }, (_, c) => {
    const [from, to] = [source + c * height * bytes, framed + 4 * ((c * (height + 2) + 1) * (width + 2) + 1)]
    return countedLoop(row, height, [
      memoryCopy(i32.add(i32.mul(row, 4 * (width + 2)), to), i32.add(i32.mul(row, bytes), from), bytes),
    ])
  })
}

interface Places {
  readonly framed: number
  readonly target: number
  readonly displacements: number
}

type Vector = Value<'v128'>

/** The loops over rows and their vectors. */
class WarpLoops {
  readonly #sizes: WarpSizes
  readonly #pitch: number
  readonly #places: Places
  readonly #map: ParameterLocals
  readonly #local: <T extends 'i32' | 'f32' | 'f64' | 'v128'>(type: T) => Local<T>

  constructor(
    sizes: WarpSizes,
    pitch: number,
    places: Places,
    map: ParameterLocals,
    local: <T extends 'i32' | 'f32' | 'f64' | 'v128'>(type: T) => Local<T>,
  ) {
    this.#sizes = sizes
    this.#pitch = pitch
    this.#places = places
    this.#map = map
    this.#local = local
  }

  statements(general: boolean): Statement[] {
    const { outHeight } = this.#sizes
    const [row, vector, to] = [this.#local('i32'), this.#local('i32'), this.#local('i32')]
    const [columns, x, y] = [this.#local('v128'), this.#local('v128'), this.#local('v128')]
    const bytes = 4 * this.#pitch
    const { setup, begin, locate } = general ? this.#general(row, columns, to, x, y) : this.#affine(row, columns, x, y)
    return [
      ...setup,
      countedLoop(row, outHeight, [
        ...begin,
        columns.set(v128.constF32x4(0.5, 1.5, 2.5, 3.5)),
        to.set(i32.mul(row, bytes)),
        countedLoop(vector, this.#pitch / 4, [
          ...locate,
          ...this.#sample(to, x, y),
          columns.set(f32x4.add(columns, f32x4.splat(4))),
          to.advance(16),
        ]),
      ]),
    ]
  }

  /** Along a row of the result, places change by the same step from pixel to pixel. */
  #affine(row: Local<'i32'>, columns: Vector, x: Local<'v128'>, y: Local<'v128'>) {
    const { m0, m1, m2, m3, m4, m5 } = this.#map
    const [left, top, across, down] = Array.from({ length: 4 }, () => this.#local('v128'))
    const middle = f64.add(f64.convertI32S(row), f64.const(0.5))
    // Half a pixel leads from a corner to a middle: by so much the frame, one pixel wide, is further.
    const begins = (slope: Value<'f64'>, first: Value<'f64'>): Vector =>
      f32x4.splat(f32.demoteF64(f64.add(f64.add(f64.mul(slope, middle), first), f64.const(0.5))))
    return {
      setup: [across.set(f32x4.splat(f32.demoteF64(m0))), down.set(f32x4.splat(f32.demoteF64(m3)))],
      begin: [left.set(begins(m1, m2)), top.set(begins(m4, m5))],
      locate: [x.set(f32x4.add(left, f32x4.mul(across, columns))), y.set(f32x4.add(top, f32x4.mul(down, columns)))],
    }
  }

  #general(row: Local<'i32'>, columns: Vector, to: Local<'i32'>, x: Local<'v128'>, y: Local<'v128'>) {
    const { m0, m1, m2, m3, m4, m5, m6, m7, m8 } = this.#map
    const numbers = [m0, m1, m2, m3, m4, m5, m6, m7, m8]
    const splats = numbers.map(() => this.#local('v128'))
    const [px, py, scale, middle] = Array.from({ length: 4 }, () => this.#local('v128'))
    const { displacements } = this.#places
    const planeBytes = 4 * this.#sizes.outHeight * this.#pitch
    const dot = (first: number): Vector =>
      f32x4.add(f32x4.add(f32x4.mul(splats[first], px), f32x4.mul(splats[first + 1], py)), splats[first + 2])
    // Behind the horizon there is nothing: -1 lies outside.
    const placed = (first: number): Vector =>
      v128.bitselect(
        f32x4.add(f32x4.div(dot(first), scale), f32x4.splat(0.5)),
        f32x4.splat(-1),
        f32x4.gt(scale, f32x4.splat(0)),
      )
    return {
      setup: splats.map((splat, i) => splat.set(f32x4.splat(f32.demoteF64(numbers[i])))),
      begin: [middle.set(f32x4.splat(f32.add(f32.convertI32S(row), f32.const(0.5))))],
      locate: [
        px.set(f32x4.add(columns, v128.load(to, displacements))),
        py.set(f32x4.add(middle, v128.load(to, displacements + planeBytes))),
        scale.set(dot(6)),
        x.set(placed(0)),
        y.set(placed(3)),
      ],
    }
  }

  /** What all channels have at places of the framed picture. */
  #sample(to: Local<'i32'>, x: Local<'v128'>, y: Local<'v128'>): Statement[] {
    const { channels, height, width, outHeight } = this.#sizes
    const local = () => this.#local('v128')
    const [inside, column, line, across, down, first, above, below, nearLeft, nearRight] = Array.from(
      { length: 10 },
      local,
    )
    const fill = local()
    const zero = f32x4.splat(0)
    const within = (place: Vector, limit: number): Vector =>
      v128.and(f32x4.ge(place, zero), f32x4.lt(place, f32x4.splat(limit)))
    // What is not a number becomes 0; the limit itself would have its right neighbour outside, so it is the number before it.
    const clamped = (place: Vector, limit: number): Vector =>
      f32x4.pmin(f32x4.splat(limit * (1 - 2 ** -24)), f32x4.pmax(zero, place))
    const addresses = Array.from({ length: 4 }, () => this.#local('i32'))
    const rowBytes = 4 * (width + 2)
    const pairs = (lanes: readonly [Lane, Lane], offset: number): Vector =>
      v128.load64Lane(addresses[lanes[1]], v128.load64Zero(addresses[lanes[0]], offset), 1, offset)
    const lerp = (a: Vector, b: Vector, share: Vector): Vector => f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)))
    const betweenNeighbours = (result: Local<'v128'>, offset: number): Statement[] => [
      nearLeft.set(pairs([0, 1], offset)),
      nearRight.set(pairs([2, 3], offset)),
      result.set(
        lerp(shuffle32([0, 2, 4, 6], nearLeft, nearRight), shuffle32([1, 3, 5, 7], nearLeft, nearRight), across),
      ),
    ]
    return [
      inside.set(v128.and(within(x, width + 1), within(y, height + 1))),
      x.set(clamped(x, width + 1)),
      y.set(clamped(y, height + 1)),
      column.set(i32x4.truncSatF32x4S(x)),
      line.set(i32x4.truncSatF32x4S(y)),
      across.set(f32x4.sub(x, f32x4.convertI32x4S(column))),
      down.set(f32x4.sub(y, f32x4.convertI32x4S(line))),
      first.set(i32x4.add(i32x4.mul(line, i32x4.splat(rowBytes)), i32x4.shl(column, 2))),
      ...addresses.map((address, lane) => address.set(i32x4.extractLane(first, lane as Lane))),
      fill.set(f32x4.splat(this.#map.fill)),
      ...Array.from({ length: channels }, (_, c) => {
        const plane = this.#places.framed + c * (height + 2) * rowBytes
        return [
          ...betweenNeighbours(above, plane),
          ...betweenNeighbours(below, plane + rowBytes),
          v128.store(
            to,
            v128.bitselect(lerp(above, below, down), fill, inside),
            this.#places.target + 4 * c * outHeight * this.#pitch,
          ),
        ]
      }).flat(),
    ]
  }
}
