import { expect, it } from 'vitest'
import { Budget } from '../../src/data/budget.ts'

const later = (): Promise<void> => new Promise((done) => setTimeout(done))

it('a budget lets tasks begin in order while there is room, a larger one alone, and goes on after one that fails', async () => {
  const budget = new Budget(10)
  const begun: string[] = []
  const ends = new Map<string, (failed?: boolean) => void>()
  const spend = (name: string, amount: number) =>
    budget
      .spend(amount, () => {
        begun.push(name)
        return new Promise<void>((done, fail) => ends.set(name, (failed) => (failed ? fail(new Error(name)) : done())))
      })
      .catch(() => {})
  spend('a', 4)
  spend('b', 6)
  spend('whale', 100)
  spend('c', 1)
  await later()
  expect(begun).toEqual(['a', 'b'])
  ends.get('a')!(true)
  await later()
  // The small one waits for its turn.
  expect(begun).toEqual(['a', 'b'])
  ends.get('b')!()
  await later()
  expect(begun).toEqual(['a', 'b', 'whale'])
  ends.get('whale')!()
  await later()
  expect(begun).toEqual(['a', 'b', 'whale', 'c'])
})
