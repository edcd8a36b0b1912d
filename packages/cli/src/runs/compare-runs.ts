/** Runs beside each other: their differing settings, their curves, and whether the difference is more than noise. */
import { writeFile } from 'node:fs/promises'
import { lessIsBetter, settingsOfRuns } from 'gentle-dl/inspect'
import { reasonOf } from '../terminal/reason.ts'
import { note, print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { compareText, namesOf } from './compare-text.ts'
import { comparisonPicture } from './comparison-picture.ts'
import type { FoundRun } from './found-runs.ts'
import { type SeedGroup, seedGroups, type Verdict, verdictOf } from './verdict.ts'

/** The mean score by a metric; undefined where a run has none, or is judged by another. */
function meanScore({ runs }: SeedGroup, metric: string): number | undefined {
  const values = runs.map((run) => (run.metric === metric ? run.score?.value : undefined))
  if (values.some((value) => value === undefined)) return undefined
  return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length
}

/** The best group against each other one; of two, the second against the first. */
function verdictsOf(groups: readonly SeedGroup[]): readonly Verdict[] {
  if (groups.length <= 2) return groups.slice(1).map((each) => verdictOf(groups[0], each, 1))
  const { metric } = groups.flatMap(({ runs }) => runs).find(({ score }) => score !== undefined) ?? groups[0].runs[0]
  const sign = lessIsBetter(metric) ? -1 : 1
  const rank = (group: SeedGroup): number => sign * (meanScore(group, metric) ?? -sign * Number.POSITIVE_INFINITY)
  const best = groups.reduce((a, b) => (rank(b) > rank(a) ? b : a))
  const others = groups.filter((each) => each !== best)
  return others.map((each) => verdictOf(each, best, others.length))
}

async function draw(path: string, groups: readonly SeedGroup[]): Promise<void> {
  const picture = await comparisonPicture(groups)
  try {
    await writeFile(path, picture)
  } catch (error) {
    throw new UsageError(`--out ${path} cannot be written: ${reasonOf(error, 'write')}`)
  }
}

/** Tells, and draws where that is asked for. Gives the exit code. */
export async function compareRuns(
  found: readonly FoundRun[],
  { out, json }: { readonly out?: string | undefined; readonly json?: boolean | undefined },
): Promise<number> {
  if (out !== undefined && !/\.svg$/i.test(out))
    throw new UsageError(`--out is ${out}; expected a file name that ends in .svg`)
  const groups = seedGroups(found)
  const verdicts = verdictsOf(groups)
  if (out !== undefined) await draw(out, groups)
  if (json) {
    const named = namesOf(groups)
    const settings = settingsOfRuns(named.map(({ found: { run } }) => run)).filter(({ differs }) => differs)
    const told = {
      runs: named.map(({ name, found: { path, state, metric, score, curve } }) => ({
        name,
        path,
        state,
        metric,
        score: score ?? null,
        curve,
      })),
      differing: Object.fromEntries(settings.map(({ name, values }) => [name, values.map((value) => value ?? null)])),
      verdicts,
    }
    console.log(JSON.stringify(told, null, 2))
  } else {
    print(compareText(groups, verdicts, terminalWidth()))
    if (groups.length === 1) print('all have the same settings but for the seed: there is nothing to compare')
  }
  if (out !== undefined && !json) note(`wrote ${out}`)
  return exitCodes.done
}
