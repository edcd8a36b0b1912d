/** What becomes of a tile's sums: a factor and an offset for each channel, what is added to them, and bytes again where the result is such. */
import type { IntegerConv2dAttributes } from '../../../../ops/integers/convolution.ts'
import { f32x4, Local, type Statement, type Value, v128 } from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import { floatsOfBytes, roundVector, toBytes, toHalfBytes } from './round.ts'

/** The operands of a convolution of packed integers by their names. */
export const operandsOf = ([source, filters, start, factor, offset, addend]: readonly Buffer[]) => ({
  source,
  filters,
  start,
  factor,
  offset,
  addend: addend as Buffer | undefined,
})

/** Bytes of 8 channels of a pixel: of packed integers, and of the result where it is of floats. */
export const packedPixelBytes = 8
const floatPixelBytes = 32

export type Finish = Pick<IntegerConv2dAttributes, 'rounded' | 'addend'>

export const resultPixelBytes = ({ rounded }: Finish): number =>
  rounded === undefined ? floatPixelBytes : packedPixelBytes

/** Pixels of 8 channels that a tile has, in the order of its sums: where each lies in the result, in such pixels, and which block of channels it is. */
export interface Cell {
  readonly at: number
  readonly block: number
}

/** Pointers to the tile's sums, to the results and addends of its first cell, and to what its first block's channels have. */
export interface FinishPointers {
  readonly sums: Local<'i32'>
  readonly output: Local<'i32'>
  readonly addend: Local<'i32'>
  readonly factor: Value<'i32'>
  readonly offset: Value<'i32'>
}

/** Stores the results of a tile whose sums are stored, 32 bytes a cell. */
export function finishTile(
  finish: Finish,
  cells: readonly Cell[],
  { sums, output, addend, factor, offset }: FinishPointers,
): Statement[] {
  const resultOf = (cell: number, half: number): Value<'v128'> => {
    const { at, block } = cells[cell]
    const channel = 32 * block + 16 * half
    const scaled = f32x4.mul(f32x4.convertI32x4S(v128.load(sums, 32 * cell + 16 * half)), v128.load(factor, channel))
    const value = f32x4.add(scaled, v128.load(offset, channel))
    if (finish.addend === undefined) return value
    const { zeroPoint, factor: counts } = finish.addend
    const bytes = floatsOfBytes(v128.load32Zero(addend, packedPixelBytes * at + 4 * half))
    const distance = zeroPoint === 0 ? bytes : f32x4.sub(bytes, f32x4.splat(zeroPoint))
    return f32x4.add(value, f32x4.mul(distance, f32x4.splat(Math.fround(counts))))
  }
  const { rounded } = finish
  const inOrder = cells.map((_, cell) => cell).sort((a, b) => cells[a].at - cells[b].at)
  if (rounded === undefined)
    return inOrder.flatMap((cell) => {
      const halves = [new Local('v128'), new Local('v128')]
      return [
        ...halves.map((local, half) => local.set(resultOf(cell, half))),
        ...halves.map((local, half) => v128.store(output, local, floatPixelBytes * cells[cell].at + 16 * half)),
      ]
    })
  const statements: Statement[] = []
  for (let i = 0; i < inOrder.length; i++) {
    const cell = inOrder[i]
    const next = inOrder[i + 1]
    const numbers = (of: number): Value<'v128'>[] => [0, 1].map((half) => roundVector(rounded, resultOf(of, half)))
    const target = packedPixelBytes * cells[cell].at
    if (next !== undefined && cells[next].at === cells[cell].at + 1) {
      statements.push(v128.store(output, toBytes([...numbers(cell), ...numbers(next)]), target))
      i++
    } else {
      const [low, high] = numbers(cell)
      statements.push(v128.store64Lane(output, toHalfBytes(low, high), 0, target))
    }
  }
  return statements
}
