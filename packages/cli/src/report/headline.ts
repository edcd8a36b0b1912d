/** The figures at the top of a report, each with what it means. */
import type { Evaluation } from 'gentle-dl'
import { wilson } from '../runs/significance.ts'
import { clock, scoreFormat, thousands } from '../terminal/terminal.ts'
import { type Html, html, type Part } from './html.ts'
import { bestOf, type RunFacts, type Score } from './run-facts.ts'

interface Tile {
  readonly name: Part
  readonly value: Part
  readonly meaning: Part
}

const tile = ({ name, value, meaning }: Tile, isMain: boolean): Html =>
  html`<div class="tile${isMain ? ' main' : ''}"><div class="name">${name}</div><div class="value">${value}</div><div class="meaning">${meaning}</div></div>`

/** Seconds in few letters. */
export const durationText = (seconds: number): string =>
  seconds < 60
    ? `${seconds.toFixed(1)} s`
    : seconds < 3600
      ? `${clock(seconds)} min`
      : `${(seconds / 3600).toFixed(1)} h`

const examplesOf = ({ description }: RunFacts, part: string): number | undefined => {
  const count = (description.examples as Record<string, unknown> | undefined)?.[part]
  return typeof count === 'number' ? count : undefined
}

const ofExamples = (facts: RunFacts, part: string): string => {
  const count = examplesOf(facts, part)
  return count === undefined
    ? `the ${part} examples`
    : `${thousands(count)} ${part} ${count === 1 ? 'example' : 'examples'}`
}

/** What chance leaves open of an accuracy. */
function certainty(facts: RunFacts, score: Score, value: number): string {
  const count = examplesOf(facts, 'test')
  if (count === undefined || score.monitor !== 'accuracy') return ''
  const [low, high] = wilson(value, count).map((share) => `${(100 * share).toFixed(1)}\u00a0%`)
  return `; with so many, chance alone leaves anything from ${low} to ${high} (95 % confidence)`
}

/** The figures of a training that came to its end. */
function finishedTiles(facts: RunFacts, score: Score): Tile[] {
  const { train, validation, test, bestEpoch, parameters, seconds, examplesPerSecond } = facts.summary!
  const told = scoreFormat(score.isShare)
  const scoreOf = (part: Evaluation | undefined): number | undefined => part?.[score.monitor]
  const main = scoreOf(test)
  const scores: Tile[] = [
    {
      name: `Test ${score.name}`,
      value: main === undefined ? '–' : told(main),
      meaning: `on ${ofExamples(facts, 'test')} that neither training nor the choice of the epoch has seen${main === undefined ? '' : certainty(facts, score, main)}`,
    },
    ...(scoreOf(validation) === undefined
      ? []
      : [
          {
            name: `Validation ${score.name}`,
            value: told(scoreOf(validation)!),
            meaning: `on ${ofExamples(facts, 'validation')}, by which epoch ${bestEpoch} was chosen: a little flattering`,
          },
        ]),
    ...(scoreOf(train) === undefined
      ? []
      : [
          {
            name: `Training ${score.name}`,
            value: told(scoreOf(train)!),
            meaning:
              'on examples that it has learned from; what it is better here than on the test is learned by heart',
          },
        ]),
  ]
  return [
    ...scores,
    {
      name: 'Best epoch',
      value: `${bestEpoch} of ${facts.history.length}`,
      meaning: 'the one whose weights are kept as the best and were tested',
    },
    { name: 'Parameters', value: thousands(parameters), meaning: 'numbers that were learned' },
    {
      name: 'Time',
      value: durationText(seconds),
      meaning: `${thousands(examplesPerSecond)} training examples a second`,
    },
  ]
}

/** The figures of a training under way. */
function liveTiles(facts: RunFacts, score: Score): Tile[] {
  const { history, settings } = facts
  const told = scoreFormat(score.isShare)
  const [last, best] = [history.at(-1), bestOf(facts)]
  const progress = {
    name: 'Epochs',
    value: `${history.length} of ${settings.epochs ?? '?'}`,
    meaning: 'that have ended',
  }
  if (last === undefined) return [progress]
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0)
  const tileOf = (name: string, value: number | undefined, meaning: string): Tile[] =>
    value === undefined ? [] : [{ name, value: told(value), meaning }]
  return [
    ...tileOf(
      `Validation ${score.name}, the best so far`,
      best?.validation?.[score.monitor],
      `of epoch ${best?.epoch}, on ${ofExamples(facts, 'validation')}`,
    ),
    ...tileOf(`Validation ${score.name}`, last.validation?.[score.monitor], `of epoch ${last.epoch}, the last`),
    progress,
    {
      name: 'Time so far',
      value: durationText(seconds),
      meaning: `${thousands(last.examplesPerSecond)} training examples a second in the last epoch`,
    },
  ]
}

export function headline(facts: RunFacts, score: Score): Html {
  const tiles = facts.summary === undefined ? liveTiles(facts, score) : finishedTiles(facts, score)
  return html`<div class="tiles">${tiles.map((each, i) => tile(each, i === 0))}</div>`
}
