/** How a run stands to its goals. */
import { type Figure, type Goal, goals } from './goals.ts'
import { median } from './median.ts'
import { type BenchmarkReport, formatAmount, formatTable, lead, type ReportedRow } from './report.ts'

/** What a run shows of a goal. */
export interface Standing {
  readonly work: string
  readonly against: string
  readonly unit: Goal['unit']
  readonly better: Goal['better']
  readonly required: number
  readonly aim: number
  /** Of the medians, with the least and the most of the rounds; null where it could not be measured. */
  readonly figure: Outcome | null
  /** What the figure is of Gentle with vectors of 128 bits, where that was measured. */
  readonly narrow: number | null
  /** The one that it was compared with, and both amounts. */
  readonly compared: string
  readonly verdict: 'aim reached' | 'reached' | 'missed' | 'not measured'
}

interface Outcome {
  readonly value: number
  readonly minimum: number
  readonly maximum: number
}

/** Of the goals for which a run asked; `asked` are names of benchmarks. */
export function standings(reports: readonly BenchmarkReport[]): Standing[] {
  const byName = new Map(reports.map((report) => [report.benchmark, report]))
  return goals
    .filter(({ figure }) => benchmarksOf(figure).some((name) => byName.has(name)))
    .map(({ figure, ...goal }): Standing => {
      const found = measured(figure, byName)
      if (found === undefined)
        return { ...goal, figure: null, narrow: null, compared: missingIn(figure, byName), verdict: 'not measured' }
      const { compared, narrow = null, ...outcome } = found
      return { ...goal, figure: outcome, narrow, compared, verdict: verdictOn(goal, outcome.value) }
    })
}

const benchmarksOf = (figure: Figure): readonly string[] =>
  figure.kind === 'part' ? figure.benchmarks : [figure.benchmark]

function verdictOn(goal: Omit<Goal, 'figure'>, value: number): Standing['verdict'] {
  if (lead(goal, value, goal.aim) >= 1) return 'aim reached'
  return lead(goal, value, goal.required) >= 1 ? 'reached' : 'missed'
}

type Reports = ReadonlyMap<string, BenchmarkReport>

const rowOf = (report: BenchmarkReport | undefined, name: string): ReportedRow | undefined =>
  report?.rows.find(({ contender }) => contender === name)

function measured(figure: Figure, reports: Reports): (Outcome & { compared: string; narrow?: number }) | undefined {
  if (figure.kind === 'part') return share(figure, reports)
  const report = reports.get(figure.benchmark)
  const candidates = figure.kind === 'lead' ? (figure.of ?? ['gentle']) : ['gentle']
  // Rows stand in their order, the best first.
  const own = report?.rows.find(({ contender }) => candidates.includes(contender))
  if (report === undefined || own === undefined) return undefined
  if (figure.kind === 'amount')
    return { value: own.median, minimum: own.minimum, maximum: own.maximum, compared: otherRows(report, own) }
  const others = figure.kind === 'lead' ? figure.over : [figure.of]
  const other = report.rows.find((row) => row !== own && others.includes(row.contender))
  if (other === undefined) return undefined
  const relate = (mine: number, its: number): number => (figure.kind === 'lead' ? lead(report, mine, its) : mine / its)
  const narrow = own.contender === 'gentle' ? rowOf(report, 'gentle-narrow') : undefined
  // Round by round, as they took turns.
  const rounds = own.rounds.map((amount, round) => relate(amount, other.rounds[round]))
  return {
    value: relate(own.median, other.median),
    minimum: Math.min(...rounds),
    maximum: Math.max(...rounds),
    narrow: narrow && relate(narrow.median, other.median),
    compared: `${formatAmount(own.median)} : ${formatAmount(other.median)} ${report.unit} (${other.title})`,
  }
}

const otherRows = (report: BenchmarkReport, own: ReportedRow): string =>
  report.rows
    .filter((row) => row !== own)
    .map((row) => `${row.title}: ${formatAmount(row.median)} ${report.unit}`)
    .join(', ')

function share({ benchmarks, which }: Figure & { kind: 'part' }, reports: Reports) {
  const parts = benchmarks.flatMap(
    (name) => rowOf(reports.get(name), 'gentle-narrow')?.parts.map((part) => ({ name, ...part })) ?? [],
  )
  if (parts.length === 0) return undefined
  if (which === 'median') {
    const middle = (of: 'share' | 'minimum' | 'maximum'): number => median(parts.map((part) => part[of]))
    const compared = `${parts.length} passes of ${new Set(parts.map(({ name }) => name)).size} networks`
    return { value: middle('share'), minimum: middle('minimum'), maximum: middle('maximum'), compared }
  }
  const worst = parts.reduce((a, b) => (b.share < a.share ? b : a))
  const { share: value, minimum, maximum } = worst
  return { value, minimum, maximum, compared: `${worst.direction} of ${worst.layer} (${worst.name})` }
}

/** Why a goal has no figure. */
function missingIn(figure: Figure, reports: Reports): string {
  const wanted = new Set(
    figure.kind === 'lead' ? [...(figure.of ?? ['gentle']), ...figure.over] : ['gentle', 'gentle-narrow'],
  )
  const reasons = benchmarksOf(figure).flatMap((name) =>
    (reports.get(name)?.missing ?? [])
      .filter(({ contender }) => wanted.has(contender))
      .map(({ contender, reason }) => `${contender}: ${reason}`),
  )
  return reasons[0] ?? 'the rows that it needs were not asked for'
}

export const formatFigure = (value: number, unit: Standing['unit']): string =>
  unit === 'x' ? `${formatAmount(value)} x` : `${formatAmount(value)} ${unit}`

/** The whole table, in Markdown. */
export function formatStandings(all: readonly Standing[]): string {
  const header = ['work', 'against', 'figure', 'spread', '128 bits', 'compared', 'at least', 'aim', 'verdict']
  const body = all.map(({ work, against, unit, better, required, aim, figure, narrow, compared, verdict }) => [
    work,
    against,
    figure === null ? '' : formatFigure(figure.value, unit),
    figure === null ? '' : `${formatAmount(figure.minimum)} to ${formatAmount(figure.maximum)}`,
    narrow === null ? '' : formatFigure(narrow, unit),
    compared,
    `${better === 'less' ? 'at most ' : ''}${required} ${unit}`,
    `${aim} ${unit}`,
    verdict,
  ])
  return formatTable(header, body)
}
