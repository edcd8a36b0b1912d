import { expect, test } from 'vitest'
import { lossWatch } from '../src/train/loss-watch.ts'

const warnings = (losses: readonly number[], classes?: number): (number | undefined)[] => {
  const watch = lossWatch({ learningRate: 1000 }, classes)
  return losses.flatMap((loss, i) => (watch({ step: i + 1, loss }) === undefined ? [] : [i + 1]))
}

test('a loss that jumps far above guessing is told at once, and once', () => {
  expect(warnings([1.1, 45_320, 99_999], 3)).toEqual([2])
  const watch = lossWatch({ learningRate: 1000 }, 3)
  watch({ step: 1, loss: 1.1 })
  expect(watch({ step: 2, loss: 45_320 })).toMatch(
    /loss is 45,320 at step 2 \(it began at 1.10; guessing gives 1.10\).*learning rate of 1000/,
  )
})

test('a loss that stays high is told, a single high one among low ones is not', () => {
  expect(warnings([1, ...new Array<number>(30).fill(9)], 3)).toHaveLength(1)
  expect(warnings([1, 9, ...new Array<number>(30).fill(1)], 3)).toEqual([])
  expect(warnings([8, ...new Array<number>(30).fill(6)])).toEqual([])
})
