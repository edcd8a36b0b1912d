/** Metrics of predicted numbers against scikit-learn; test/goldens/make-regression-metrics.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ShapeError } from '../../src/core/errors.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { absoluteError, type Metric, r2, rootMeanSquaredError } from '../../src/nn/index.ts'

interface Golden {
  readonly name: string
  readonly shape: number[]
  readonly targets: number[]
  readonly predictions: number[]
  readonly r2: number
  readonly meanAbsoluteError: number
  readonly rootMeanSquaredError: number
}

const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('../goldens/regression-metrics.json', import.meta.url), 'utf8'),
)

async function figureOf({ count, value }: Metric, { shape, predictions, targets }: Golden): Promise<number> {
  const target = constant(targets, shape)
  const y = count(constant(predictions, shape), target, { inputs: {}, target })
  const program = await reference().compile({ inputs: {}, outputs: { y } })
  const [examples] = shape
  const { data } = (await program.run()).y
  const sums = new Float64Array(data.length / examples)
  for (const [i, each] of data.entries()) sums[i % sums.length] += each as number
  return value!(sums, examples)
}

describe('metrics of predicted numbers', () => {
  for (const golden of goldens)
    it(`are those of scikit-learn for ${golden.name}`, async () => {
      const around = golden.targets[0]
      expect(await figureOf(r2({ around }), golden)).toBeCloseTo(golden.r2, 5)
      expect(await figureOf(absoluteError, golden)).toBeCloseTo(golden.meanAbsoluteError, 4)
      expect(await figureOf(rootMeanSquaredError, golden)).toBeCloseTo(golden.rootMeanSquaredError, 4)
    })

  it('refuse labels, and predictions of another shape', () => {
    const target = input([4], 'int32')
    for (const { count } of [r2(), absoluteError, rootMeanSquaredError]) {
      expect(() => count(input([4, 3]), target, { inputs: {}, target })).toThrow(ShapeError)
      expect(() => count(input([4, 2]), input([4, 1]), { inputs: {}, target })).toThrow(ShapeError)
    }
  })
})
