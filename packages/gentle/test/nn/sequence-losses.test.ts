import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { type Metric, sequenceAccuracy, sequenceCrossEntropy, tokenAccuracy } from '../../src/nn/index.ts'
import { softmax } from '../../src/ops/index.ts'

/** Two sequences, of 3 labels and of 1, of which the second label is wrong; NaN stands where padding is. */
const logits = constant(
  [0, 3, 1, 2, 1, 0, 0, 0, 4, 5, 0, 1, Number.NaN, 0, 0, Number.NaN, Number.NaN, Number.NaN],
  [2, 3, 3],
)
const target = constant([1, 1, 2, 0, 7, 0], [2, 3], 'int32')
const targetLengths = constant([3, 1], [2], 'int32')
const batch = { inputs: {}, target, targetLengths }

const run = async (y: Tensor): Promise<number[]> => {
  const program = await reference({ precision: 'float64' }).compile({ inputs: {}, outputs: { y } })
  return [...(await program.run()).y.data]
}

const measured = async (metric: Metric, examples: number, more: Partial<typeof batch> = {}): Promise<number> => {
  const counted = await run(metric.count(logits, target, { ...batch, ...more }))
  const width = counted.length / examples
  const sums = new Float64Array(width)
  for (const [i, value] of counted.entries()) sums[i % width] += value
  return metric.value?.(sums, examples) ?? sums[0] / examples
}

/** -log softmax of a row's label, with label smoothing. */
const lossOf = (row: number[], label: number, smoothing: number): number => {
  const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0))
  const mean = row.reduce((sum, z) => sum + z - total, 0) / row.length
  return -(1 - smoothing) * (row[label] - total) - smoothing * mean
}

describe('losses and metrics of sequences', () => {
  it.each([0, 0.2])('take the mean over what is not padding, with label smoothing %s', async (labelSmoothing) => {
    const [loss] = await run(sequenceCrossEntropy({ labelSmoothing }).of(logits, target, batch))
    const rows: [number[], number][] = [
      [[0, 3, 1], 1],
      [[2, 1, 0], 1],
      [[0, 0, 4], 2],
      [[5, 0, 1], 0],
    ]
    const wanted = rows.reduce((sum, [row, label]) => sum + lossOf(row, label, labelSmoothing), 0) / 4
    expect(loss).toBeCloseTo(wanted, 6)
  })

  it('see through a softmax at the end of a network', async () => {
    const z = constant([0, 3, 1, 2, 1, 0], [1, 2, 3])
    const labels = constant([1, 0], [1, 2], 'int32')
    const all = { inputs: {}, target: labels }
    const [plain] = await run(sequenceCrossEntropy().of(z, labels, all))
    const [softened] = await run(sequenceCrossEntropy().of(softmax(z), labels, all))
    expect(softened).toBeCloseTo(plain, 7)
  })

  it('count labels that are right, and sequences that are right to the end', async () => {
    expect(await measured(tokenAccuracy, 2)).toBeCloseTo(3 / 4, 7)
    expect(await measured(sequenceAccuracy, 2)).toBeCloseTo(1 / 2, 7)
    // Without lengths all counts, also what is NaN and a label of no class.
    expect(await measured(tokenAccuracy, 2, { targetLengths: undefined })).toBeNaN()
    expect(await measured(sequenceAccuracy, 2, { targetLengths: undefined })).toBeNaN()
  })

  it('refuse what does not fit', () => {
    expect(() => sequenceCrossEntropy({ labelSmoothing: 2 })).toThrow('labelSmoothing is 2; expected 0 to 1')
    expect(() => sequenceCrossEntropy().of(input([2, 4, 3]), input([2, 3], 'int32'), batch)).toThrow(
      'predictions [2, 4, 3] and int32 targets [2, 3]',
    )
    expect(() => tokenAccuracy.count(input([2, 3, 3]), input([2, 3]), batch)).toThrow('float32 targets [2, 3]')
  })
})
