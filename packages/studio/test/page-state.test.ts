import { describe, expect, it } from 'vitest'
import { choiceField, flagField, integerField, numberField, rowsField } from '../src/app/fields.ts'
import { PageState } from '../src/app/page-state.ts'

const fields = {
  rate: numberField(0.1, { min: 0, max: 1 }),
  seed: integerField(1, { min: 0, max: 99 }),
  task: choiceField('classify', ['classify', 'regress']),
  noisy: flagField(false),
  points: rowsField([[0, 1]], { columns: 2, min: -1, max: 1, maxRows: 3 }),
}

describe('the state of a page', () => {
  it('is not in its address at the beginning', () => {
    expect(new PageState(fields).query.value).toBe('')
  })

  it('comes back from its address', () => {
    const state = new PageState(fields)
    state.values.rate.value = 0.25
    state.values.task.value = 'regress'
    state.values.noisy.value = true
    state.values.points.value = [
      [0.5, -0.125],
      [1, 0],
    ]
    expect(state.query.value).toBe('rate=0.25&task=regress&noisy=yes&points=0.5,-0.125;1,0')
    const other = new PageState(fields, state.query.value)
    expect(other.problems.value).toEqual([])
    expect(other.query.value).toBe(state.query.value)
    expect(other.values.points.value).toEqual(state.values.points.value)
  })

  it('says what of an address is not understood, and takes the rest', () => {
    const state = new PageState(fields, 'rate=2&seed=1.5&task=x&noisy=1&points=1,2,3&other=1')
    expect(state.problems.value).toEqual([
      "rate: '2' is not a number from 0 to 1; 0.1 is used",
      "seed: '1.5' is not a whole number from 0 to 99; 1 is used",
      "task: 'x' is not one of classify, regress; classify is used",
      "noisy: '1' is not yes or no; no is used",
      "points: '1,2,3' is not 2 numbers from -1 to 1; 0,1 is used",
      'other: this page has no such setting',
    ])
    expect(state.query.value).toBe('')
  })

  it('takes no more rows than a page can show', () => {
    const state = new PageState(fields, 'points=0,0;0,0;0,0;0,0')
    expect(state.problems.value).toEqual(["points: '0,0;0,0;0,0;0,0' is not a list of at most 3 rows; 0,1 is used"])
  })

  it('is undone and done again, change by change', () => {
    const state = new PageState(fields)
    for (const rate of [0.2, 0.3]) {
      state.values.rate.value = rate
      state.record()
    }
    expect(state.canRedo.value).toBe(false)
    state.undo()
    expect(state.values.rate.value).toBe(0.2)
    state.undo()
    expect([state.values.rate.value, state.canUndo.value]).toEqual([0.1, false])
    state.redo()
    state.redo()
    expect([state.values.rate.value, state.canRedo.value]).toEqual([0.3, false])
    state.undo()
    state.values.seed.value = 5
    state.record()
    expect(state.canRedo.value).toBe(false)
  })

  it('has what is changed while something plays undone by itself, and not what plays', () => {
    const state = new PageState(fields)
    const { seed, rate } = state.values
    seed.value = 3
    rate.value = 0.5
    state.recordChange('seed=3', false)
    rate.value = 0.6
    state.recordChange('rate=0.5&seed=3', true)
    seed.value = 9
    state.record()
    const undone = (): string => {
      state.undo()
      return state.query.value
    }
    expect([undone(), undone(), undone()]).toEqual(['rate=0.6&seed=3', 'seed=3', ''])
    state.recordChange('seed=3', false)
    expect(state.canRedo.value).toBe(true)
  })

  it('is reset, which can be undone', () => {
    const state = new PageState(fields, 'seed=7')
    state.reset()
    expect(state.query.value).toBe('')
    state.undo()
    expect(state.query.value).toBe('seed=7')
  })
})
