/**
 * Dense layers on a batch in lanes whose weights do not fit into the caches, as the last ones of AlexNet and VGG: time goes into reading the weights, so they are
 * read once for all images.
 *
 * A thread takes some outputs of all images. It goes along the inner axis by chunks: what a chunk reads of x, and of the weights, stays in the second-level cache
 * while all of these outputs, of all blocks of images, are computed. Between chunks the sums wait in the output, so that every sum is taken in
 * order, whatever the chunks. Weights [M, K] are read where they lie, a row an output; of weights [K, M] a chunk is copied together first, since its
 * rows are pages apart.
 *
 * A tile is 6 outputs of 8 images; where the engine joins vectors to such of 256 bits, of two blocks of images, or, of a single block, 12 outputs.
 */
import { range } from '../../../core/range.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  type Local,
  locals,
  memoryFill,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'
import { registerTile, vectorAt } from './register-tile.ts'
import {
  balancedTiles,
  type Epilogue,
  nameWith,
  operandBuffers,
  operandParameters,
  storeSums,
  tileRows,
  walkingOperands,
} from './tile.ts'
import { placeBytes } from './winograd-transforms.ts'

/** A dense layer: y [N, M] = x [N, K] w, both in lanes. */
export interface StreamedProblem {
  readonly x: Buffer
  /** Row-major [M, K] where `transposed`, else [K, M]. */
  readonly weights: Buffer
  readonly transposed: boolean
  readonly y: Buffer
  readonly epilogue?: Epilogue
}

/** Outputs of an item, about. */
const outputsTogether = 128

/** Tiles are put together only as long as there are so many items, or threads would be idle: a layer may have no more than 128 outputs. */
const minItems = 8

/** Inner indices of a chunk: of weights [M, K] long stretches of rows, for which the processor reads ahead. */
const chunkOf = (transposed: boolean): number => (transposed ? 512 : 128)

export function denseStreamedKernel(problem: StreamedProblem, wide: boolean): Kernel {
  const { x, weights, transposed, y, epilogue } = problem
  const [images, inner] = x.shape
  const outer = y.shape[1]
  const blocksTogether = wide && x.blocks > 1 ? 2 : 1
  const { tiles, size, wide: larger } = balancedTiles(outer, wide && x.blocks === 1 ? 2 * tileRows : tileRows)
  const tilesTogether = Math.max(1, Math.min(Math.floor(outputsTogether / size), Math.floor(tiles / minItems)))
  const chunk = chunkOf(transposed)
  const packedRow = placeBytes(tilesTogether * (larger > 0 ? size + 1 : size) * 4)
  const walking = walkingOperands({ epilogue })

  /** Adds to the sums of some outputs of so many blocks what a chunk gives. */
  const emitTile = (context: KernelContext, rows: number, blocks: number): FunctionHandle => {
    const parameters: Record<string, 'i32'> = {
      x: 'i32',
      weights: 'i32',
      y: 'i32',
      count: 'i32',
      after: 'i32',
      ...operandParameters(walking),
    }
    const steps = transposed ? { row: inner * 4, inner: 4 } : { row: 4, inner: packedRow }
    return context.module.function(`dense streamed ${rows} x ${blocks}`, parameters, undefined, (p) => {
      const { sums, step, each } = registerTile(context, rows, 2 * blocks)
      const at = (index: number): Statement[] =>
        step(
          (row) => v128.load32Splat(p.weights, index * steps.inner + row * steps.row),
          (vector) => v128.load(p.x, index * laneBytes + vectorAt(vector, x.blockBytes)),
        )
      const advance = (indices: number): Statement[] => [
        p.x.advance(indices * laneBytes),
        p.weights.advance(indices * steps.inner),
      ]
      const stored = (vector: number, row: number): number => vectorAt(vector, y.blockBytes) + row * laneBytes
      const pointers = walking.map((_, k) => p[`operand${k}`])
      return [
        ...each((sum, row, vector) => sum.set(v128.load(p.y, stored(vector, row)))),
        repeat(i32.shrU(p.count, 2), [...range(4).flatMap(at), ...advance(4)]),
        repeat(i32.and(p.count, 3), [...at(0), ...advance(1)]),
        ...(epilogue === undefined
          ? storeSums({ outputSteps: { channel: laneBytes } }, [], [], context, p.y, sums, y.blockBytes)
          : [
              ifThen(
                p.after,
                storeSums({ outputSteps: { channel: laneBytes } }, [], [], context, p.y, sums, y.blockBytes),
                storeSums(
                  { epilogue, outputSteps: { channel: laneBytes } },
                  walking,
                  pointers,
                  context,
                  p.y,
                  sums,
                  y.blockBytes,
                ),
              ),
            ]),
      ]
    })
  }

  return {
    name: nameWith(epilogue, 'matmul'),
    split: { by: 'items', count: Math.ceil(tiles / tilesTogether) },
    reads: [x, weights, ...operandBuffers(epilogue)],
    writes: [y],
    multiplyAdds: images * inner * outer,
    workspaceBytes: transposed ? 0 : chunk * packedRow,
    emit(context) {
      const [item, tile, first, end, from, count, source, panel, output] = locals('i32')
      const place = (buffer: Buffer, block: number): Value<'i32'> => context.address(buffer, i32.const(block))
      const startOf = (index: Value<'i32'>): Value<'i32'> => i32.add(i32.mul(index, size), i32.min(index, larger))
      const functions = new Map<string, FunctionHandle>()
      const functionOf = (rows: number, blocks: number): FunctionHandle => {
        const key = `${rows} ${blocks}`
        const made = functions.get(key) ?? emitTile(context, rows, blocks)
        functions.set(key, made)
        return made
      }
      const groups = [
        ...range(Math.floor(x.blocks / blocksTogether)).map((i) => ({
          block: i * blocksTogether,
          blocks: blocksTogether,
        })),
        ...range(x.blocks % blocksTogether).map(() => ({ block: x.blocks - 1, blocks: 1 })),
      ]
      const allBlocks = (rows: number): Statement[] =>
        groups.map(
          ({ block, blocks }) =>
            call(
              functionOf(rows, blocks),
              i32.add(place(x, block), i32.mul(from, laneBytes)),
              panel,
              i32.add(place(y, block), i32.mul(output, laneBytes)),
              count,
              i32.sub(inner, i32.add(from, count)),
              ...walking.map(({ buffer, along }) =>
                along === 'elements'
                  ? i32.add(place(buffer, block), i32.mul(output, laneBytes))
                  : i32.add(context.address(buffer), i32.mul(output, 4)),
              ),
            ) as Statement,
        )
      const outputs = i32.sub(startOf(end), startOf(first))
      const begin = transposed
        ? [
            panel.set(
              i32.add(i32.add(context.address(weights), i32.mul(i32.mul(startOf(first), inner), 4)), i32.mul(from, 4)),
            ),
          ]
        : [
            source.set(i32.add(context.address(weights), i32.mul(i32.add(i32.mul(from, outer), startOf(first)), 4))),
            ...copyRows(context, source, outputs, count, { from: outer * 4, to: packedRow }),
            panel.set(context.workspace),
          ]
      const next = (rows: number): Statement[] => [
        panel.advance(rows * (transposed ? inner * 4 : 4)),
        output.advance(rows),
      ]
      const ofTile = (rows: number): Statement[] => [...allBlocks(rows), ...next(rows)]
      // The first `larger` tiles have one output more.
      const eachTile = larger === 0 ? ofTile(size) : [ifThen(i32.ltU(tile, larger), ofTile(size + 1), ofTile(size))]
      return [
        forEachItem(context, item, [
          first.set(i32.mul(item, tilesTogether)),
          end.set(i32.min(i32.add(first, tilesTogether), tiles)),
          ...range(x.blocks).map((block) =>
            memoryFill(i32.add(place(y, block), i32.mul(startOf(first), laneBytes)), 0, i32.mul(outputs, laneBytes)),
          ),
          countedLoop(
            from,
            Math.ceil(inner / chunk),
            [
              count.set(i32.min(chunk, i32.sub(inner, from))),
              output.set(startOf(first)),
              ...begin,
              countedLoop(tile, i32.sub(end, first), eachTile, { from: first }),
            ],
            { step: chunk },
          ),
        ]),
      ]
    },
  }
}

/** Copies so many floats of each of some rows into the workspace; up to three beyond them may follow. */
function copyRows(
  context: KernelContext,
  source: Local<'i32'>,
  floats: Value<'i32'>,
  rows: Value<'i32'>,
  bytes: { readonly from: number; readonly to: number },
): Statement[] {
  const [from, to, row, vectors] = locals('i32')
  const copy = (vectorCount: number): Statement[] => [
    ...range(vectorCount).map((vector) => v128.store(to, v128.load(from, 16 * vector), 16 * vector)),
    from.advance(16 * vectorCount),
    to.advance(16 * vectorCount),
  ]
  return [
    vectors.set(i32.shrU(i32.add(floats, 3), 2)),
    row.set(context.workspace),
    repeat(rows, [
      from.set(source),
      to.set(row),
      repeat(i32.shrU(vectors, 3), copy(8)),
      repeat(i32.and(vectors, 7), copy(1)),
      source.advance(bytes.from),
      row.advance(bytes.to),
    ]),
  ]
}
