/** Whether runs of one setting are better than runs of another, or the seeds are. */
import type { FoundRun } from './found-runs.ts'
import { valueText } from './score.ts'
import { type Difference, unpaired, welch } from './significance.ts'

/** Runs whose settings are the same but for the seed. */
export interface SeedGroup {
  /** A, B, C, ... */
  readonly letter: string
  readonly runs: readonly FoundRun[]
}

/** Settings that are not compared: chance, and what changes the time, the last bits or the terms alone. */
const aside = new Set([
  'seed',
  'threads',
  'dataWorkers',
  'remat',
  'wideVectors',
  'strictNumerics',
  'saveEvery',
  'keep',
  'license',
])

/** By what runs are of one setting: what was set, and on how many examples, whatever of them is held out by chance. */
function settingOf({ run: { settings, setNames } }: FoundRun): string {
  const told = [...settings].filter(
    ([name]) => (setNames.has(name) && !aside.has(name)) || name.startsWith('examples.'),
  )
  return JSON.stringify(told.sort())
}

/** Runs of equal settings together, in the order in which they are given. */
export function seedGroups(runs: readonly FoundRun[]): readonly SeedGroup[] {
  const groups = new Map<string, FoundRun[]>()
  for (const found of runs) {
    const key = settingOf(found)
    groups.set(key, [...(groups.get(key) ?? []), found])
  }
  return [...groups.values()].map((each, i) => ({ letter: letterOf(i), runs: each }))
}

/** A to Z, then A2, B2 ... */
const letterOf = (i: number): string => `${String.fromCharCode(65 + (i % 26))}${i < 26 ? '' : Math.floor(i / 26) + 1}`

export interface Verdict {
  readonly pair: readonly [string, string]
  readonly method: 'welch' | 'unpaired binomial' | 'none'
  readonly difference?: Difference
  readonly p?: number
  /** Whether it is more than chance gives; undefined where that cannot be told. */
  readonly differs?: boolean
  readonly text: string
}

const valuesOf = ({ runs }: SeedGroup): readonly number[] => runs.map(({ score }) => score!.value)

const seeds = (n: number): string => (n === 1 ? '1 seed' : `${n} seeds`)

/** How many examples a run was scored on; undefined where it does not say. */
function examplesOf({ run, score }: FoundRun): number | undefined {
  const n = Number(run.settings.get(`examples.${score!.part}`))
  return Number.isInteger(n) && n > 0 ? n : undefined
}

/** What keeps two groups from being compared; undefined where nothing does. */
function obstacle(a: SeedGroup, b: SeedGroup): string | undefined {
  const all = [...a.runs, ...b.runs]
  const [{ metric, score }] = all
  if (all.some((each) => each.score === undefined)) return 'a run has no score yet'
  if (all.some((each) => each.metric !== metric)) return 'they are judged by different metrics'
  if (all.some((each) => each.score!.part !== score!.part)) return 'not all were scored on the same part of the data'
  if (score!.part === 'train') return 'they were scored on nothing but what they learned'
  const dataOf = ({ run: { settings } }: FoundRun): string =>
    JSON.stringify([...settings].filter(([name]) => /^(data|label)$|^examples\.(validation|test)$/.test(name)))
  // Which examples are held out may depend on the seed.
  const digestsOf = ({ run: { settings } }: FoundRun): string =>
    JSON.stringify([...settings].filter(([name]) => name.startsWith('digests.')))
  const bySeed = Map.groupBy(all, ({ run }) => run.settings.get('seed'))
  const areOther = [...bySeed.values()].some((each) => new Set(each.map(digestsOf)).size > 1)
  if (areOther || new Set(all.map(dataOf)).size > 1) return 'they learned different data'
  const trainedSeeds = [a, b].some(
    ({ runs }) => new Set(runs.map(({ run }) => run.settings.get('seed'))).size < runs.length,
  )
  return trainedSeeds ? 'runs of the same settings have the same seed, and tell nothing of chance' : undefined
}

/**
 * Compares two groups.
 * @param comparisons how many are made at a time: each has to be clearer for that (Bonferroni)
 */
export function verdictOf(a: SeedGroup, b: SeedGroup, comparisons: number): Verdict {
  const pair = [a.letter, b.letter] as const
  const named = `${b.letter} against ${a.letter}`
  const stop = obstacle(a, b)
  if (stop !== undefined) return { pair, method: 'none', text: `${named}: cannot be told: ${stop}` }
  const [first] = a.runs
  const { metric, score } = first
  const [valuesA, valuesB] = [valuesOf(a), valuesOf(b)]
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${valueText(first, Math.abs(value))}`
  const interval = ({ value, from, to }: Difference): string =>
    `${signed(value)} ${score!.part} ${metric} (95 % interval ${signed(from)} to ${signed(to)})`
  if (valuesA.length > 1 && valuesB.length > 1) {
    const tested = welch(valuesA, valuesB)
    if (tested === undefined)
      return { pair, method: 'none', text: `${named}: cannot be told: all seeds of each gave the same ${metric}` }
    const { p: single, ...difference } = tested
    const p = Math.min(1, single * comparisons)
    const corrected = comparisons > 1 ? `, times ${comparisons} comparisons` : ''
    const counts = `Welch's t-test over ${valuesA.length} and ${valuesB.length} seeds: p ${p < 0.0001 ? '< 0.0001' : `= ${p.toFixed(4)}`}${corrected}`
    const says = p < 0.05 ? 'more than the noise of seeds' : 'no more than the noise of seeds may give'
    return {
      pair,
      method: 'welch',
      difference,
      p,
      differs: p < 0.05,
      text: `${named}: ${interval(difference)}; ${counts}: ${says}`,
    }
  }
  const few = `${seeds(valuesA.length)} of ${a.letter} and ${seeds(valuesB.length)} of ${b.letter} do not tell the noise of seeds; train two of each or more with --seed`
  const [nA, nB] = [examplesOf(a.runs[0]), examplesOf(b.runs[0])]
  if (valuesA.length + valuesB.length > 2 || metric !== 'accuracy' || nA === undefined || nB === undefined)
    return { pair, method: 'none', text: `${named}: cannot be told: ${few}` }
  const difference = unpaired({ share: valuesA[0], n: nA }, { share: valuesB[0], n: nB })
  const differs = difference.from > 0 || difference.to < 0
  const chosen = score!.part === 'validation' ? ', by which the best epochs were chosen' : ''
  return {
    pair,
    method: 'unpaired binomial',
    difference,
    differs,
    text: `${named}: ${interval(difference)}, as for examples drawn apart (Newcombe): ${differs ? 'more' : 'no more'} than ${nA.toLocaleString('en-US')} examples${chosen} give by chance. It does not use that both answered the same examples, which could show smaller differences; and ${few}`,
  }
}
