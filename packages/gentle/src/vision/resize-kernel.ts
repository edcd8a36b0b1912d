/**
 * The code that resizes. The channels of a pixel lie in the lanes of a vector, so that a weight is the same for all lanes, and what one row needs of another is
 * never gathered. Sizes are arguments: one module serves pictures of all sizes, in memory that grows with them.
 */
import {
  countedLoop,
  f32x4,
  i32,
  i32x4,
  ifThen,
  Local,
  Module,
  type Statement,
  shuffle,
  shuffle32,
  type Value,
  v128,
} from '../backends/wasm/assembler/index.ts'
import { MemoryError } from '../core/errors.ts'

/** Channels that are resized at once. */
export const lanes = 4

/** Bytes of a pixel whose channels lie in lanes. */
const pixelBytes = 4 * lanes

/**
 * What the module does; all arguments are addresses and counts. Numbers are float32, or in functions named with `Bytes` whole numbers, weights of which are in
 * units of 2^-22. Taps are `first`, an int32 for each new pixel, and `weights`, `count` for each.
 */
interface ResizeFunctions {
  /** Bytes, 3 or 1 a pixel, as pixels with values in [0, 1]; up to 3 pixels more than asked for are read and written. */
  expand3(from: number, to: number, pixels: number): void
  expand1(from: number, to: number, pixels: number): void
  expand3Bytes(from: number, to: number, pixels: number): void
  expand1Bytes(from: number, to: number, pixels: number): void
  /** A row of pixels, each new one a mean of `count` old ones. */
  across(from: number, to: number, length: number, first: number, weights: number, count: number): void
  acrossBytes(from: number, to: number, length: number, first: number, weights: number, count: number): void
  /** A row of new pixels as means of `count` rows, a plane a lane, `plane` bytes apart; four pixels at a time. */
  down(from: number, to: number, quads: number, pitch: number, weights: number, count: number, plane: number): void
  downBytes(from: number, to: number, quads: number, pitch: number, weights: number, count: number, plane: number): void
  /** As `downBytes` of three channels, with what a table has for each byte of each channel in place of the byte over 255. */
  downLevels(
    from: number,
    to: number,
    quads: number,
    pitch: number,
    weights: number,
    count: number,
    plane: number,
    levels: number,
  ): void
}

/** The module with its memory. */
export interface ResizeKernel extends ResizeFunctions {
  /** Makes room for so many bytes from address 0, and gives the memory. @throws MemoryError where there is none. */
  room(bytes: number): ArrayBuffer
}

/** Half of a unit of weights of bytes. */
const half = 2 ** 21
const weightBits = 22

type Vector = Value<'v128'>

/** Four pixels at a time: the bytes of each into the lowest of lanes. */
const expand =
  (step: 1 | 3, bytes: boolean) => (at: { from: Local<'i32'>; to: Local<'i32'>; pixels: Local<'i32'> }) => {
    const [turn, loaded] = [new Local('i32'), new Local('v128')]
    const zero = v128.constI32x4(0, 0, 0, 0)
    const pixel = (p: number): Vector => {
      const places = Array.from({ length: 16 }, (_, byte) =>
        byte % 4 === 0 && byte / 4 < step ? step * p + byte / 4 : 16,
      )
      const whole = shuffle(places, loaded, zero)
      return bytes ? whole : f32x4.div(f32x4.convertI32x4S(whole), f32x4.splat(255))
    }
    return [
      countedLoop(turn, i32.shrU(i32.add(at.pixels, 3), 2), [
        loaded.set(v128.load(at.from)),
        ...[0, 1, 2, 3].map((p) => v128.store(at.to, pixel(p), p * pixelBytes)),
        at.from.advance(4 * step),
        at.to.advance(4 * pixelBytes),
      ]),
    ]
  }

/** sum + weight x value, and what the sum becomes in the end. */
const arithmetic = (bytes: boolean) =>
  bytes
    ? {
        start: v128.constI32x4(half, half, half, half),
        add: (sum: Vector, weight: Vector, value: Vector): Vector => i32x4.add(sum, i32x4.mul(weight, value)),
        end: (sum: Vector): Vector => i32x4.shrS(sum, weightBits),
      }
    : {
        start: f32x4.splat(0),
        add: (sum: Vector, weight: Vector, value: Vector): Vector => f32x4.add(sum, f32x4.mul(weight, value)),
        end: (sum: Vector): Vector => sum,
      }

/** Numbers of taps with code of their own, whose loads need no counting: shrinking to not less than a quarter. */
const unrolled = [2, 3, 4, 5, 6, 7, 8, 9]

const across =
  (bytes: boolean) =>
  (at: Record<'from' | 'to' | 'length' | 'first' | 'weights' | 'count', Local<'i32'>>): Statement[] => {
    const { start, add, end } = arithmetic(bytes)
    const [column, tap, old] = [new Local('i32'), new Local('i32'), new Local('i32')]
    const sum = new Local('v128')
    const columns = (taps: readonly Statement[]): Statement =>
      countedLoop(column, at.length, [
        old.set(i32.add(at.from, i32.mul(i32.load(at.first), pixelBytes))),
        ...taps,
        at.first.advance(4),
        at.to.advance(pixelBytes),
      ])
    const ofCount = (count: number): Statement => {
      let total: Vector = start
      for (let i = 0; i < count; i++)
        total = add(total, v128.load32Splat(at.weights, 4 * i), v128.load(old, pixelBytes * i))
      return columns([v128.store(at.to, end(total)), at.weights.advance(4 * count)])
    }
    const ofAny = columns([
      sum.set(start),
      countedLoop(tap, at.count, [
        sum.set(add(sum, v128.load32Splat(at.weights), v128.load(old))),
        at.weights.advance(4),
        old.advance(pixelBytes),
      ]),
      v128.store(at.to, end(sum)),
    ])
    return [unrolled.reduce((others, count) => ifThen(i32.eq(at.count, count), [ofCount(count)], [others]), ofAny)]
  }

/** Bytes of a table of levels, of one channel. */
export const levelBytes = 4 * 256

const down =
  (bytes: boolean) =>
  (
    at: Record<'from' | 'to' | 'quads' | 'pitch' | 'weights' | 'count' | 'plane', Local<'i32'>>,
    levels?: Local<'i32'>,
  ): Statement[] => {
    const { start, add, end } = arithmetic(bytes)
    const [quad, tap, old, weight, to] = Array.from({ length: 5 }, () => new Local('i32'))
    const [factor, a, b, c, d] = Array.from({ length: 5 }, () => new Local('v128'))
    const sums = Array.from({ length: lanes }, () => new Local('v128'))
    const [whole, found] = [new Local('v128'), new Local('v128')]
    /** What the table has for the four bytes of a channel. */
    const looked = (channel: number, table: Local<'i32'>): Statement[] =>
      ([0, 1, 2, 3] as const).map((lane) => {
        const place = i32.add(table, i32.shl(i32x4.extractLane(whole, lane), 2))
        return found.set(v128.load32Lane(place, found, lane, levelBytes * channel))
      })
    const stored = (value: Vector, channel: number): Statement[] => {
      if (levels !== undefined) return [whole.set(end(value)), ...looked(channel, levels), v128.store(to, found)]
      return [v128.store(to, bytes ? f32x4.div(f32x4.convertI32x4S(end(value)), f32x4.splat(255)) : value)]
    }
    return [
      countedLoop(quad, at.quads, [
        old.set(at.from),
        weight.set(at.weights),
        ...sums.map((sum) => sum.set(start)),
        countedLoop(tap, at.count, [
          factor.set(v128.load32Splat(weight)),
          ...sums.map((sum, p) => sum.set(add(sum, factor, v128.load(old, p * pixelBytes)))),
          weight.advance(4),
          old.set(i32.add(old, at.pitch)),
        ]),
        // From four pixels of four channels to four channels of four pixels.
        a.set(shuffle32([0, 4, 1, 5], sums[0], sums[1])),
        b.set(shuffle32([0, 4, 1, 5], sums[2], sums[3])),
        c.set(shuffle32([2, 6, 3, 7], sums[0], sums[1])),
        d.set(shuffle32([2, 6, 3, 7], sums[2], sums[3])),
        to.set(at.to),
        ...[
          shuffle32([0, 1, 4, 5], a, b),
          shuffle32([2, 3, 6, 7], a, b),
          shuffle32([0, 1, 4, 5], c, d),
          shuffle32([2, 3, 6, 7], c, d),
        ]
          .slice(0, levels === undefined ? lanes : 3)
          .flatMap((value, channel) => [...stored(value, channel), to.set(i32.add(to, at.plane))]),
        at.from.advance(4 * pixelBytes),
        at.to.advance(pixelBytes),
      ]),
    ]
  }

const pageBytes = 2 ** 16

function compile(): ResizeKernel {
  const maximumPages = 2 ** 15
  const module = new Module({ memory: { initialPages: 1, maximumPages, shared: false } })
  const named = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, 'i32'])) as Record<Name, 'i32'>
  const places = named(['from', 'to', 'pixels'])
  for (const bytes of [false, true]) {
    const name = (of: string): string => (bytes ? `${of}Bytes` : of)
    for (const step of [1, 3] as const)
      module.function(name(`expand${step}`), places, undefined, expand(step, bytes), { export: true })
    const taps = named(['from', 'to', 'length', 'first', 'weights', 'count'])
    module.function(name('across'), taps, undefined, across(bytes), { export: true })
    const rows = named(['from', 'to', 'quads', 'pitch', 'weights', 'count', 'plane'])
    module.function(name('down'), rows, undefined, (at) => down(bytes)(at), { export: true })
  }
  const levelled = named(['from', 'to', 'quads', 'pitch', 'weights', 'count', 'plane', 'levels'])
  module.function('downLevels', levelled, undefined, (at) => down(true)(at, at.levels), { export: true })
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), { env: { memory } })
  return {
    ...(exports as unknown as ResizeFunctions),
    room(bytes) {
      const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes)
      try {
        if (missing > 0) memory.grow(missing)
      } catch (cause) {
        throw new MemoryError(
          `a picture takes ${(bytes / 2 ** 20).toFixed(0)} MiB to resize, which is not available; make it smaller first`,
          { cause },
        )
      }
      return memory.buffer
    },
  }
}

/** More than this is given back after use. */
const keptBytes = 2 ** 26

let kernel: ResizeKernel | undefined

/** Lets the kernel be used, whose memory is shared by all who use it on this thread: nothing in it outlasts the use. */
export function withResizeKernel(use: (kernel: ResizeKernel) => void): void {
  kernel ??= compile()
  use(kernel)
  if (kernel.room(0).byteLength > keptBytes) kernel = undefined
}
