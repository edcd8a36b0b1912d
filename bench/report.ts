import { arch, availableParallelism, cpus, platform } from 'node:os'
import type { Benchmark } from './benchmarks.ts'
import type { Measured, Missing } from './measure.ts'
import { median } from './median.ts'
import type { Part } from './protocol.ts'

/** The outcome of one benchmark, as `--json` prints it. */
export interface BenchmarkReport {
  readonly benchmark: string
  readonly title: string
  readonly unit: string
  readonly better: 'more' | 'less'
  readonly rows: readonly ReportedRow[]
  readonly missing: readonly { readonly contender: string; readonly reason: string }[]
}

export interface ReportedRow {
  readonly contender: string
  readonly title: string
  readonly version: string
  readonly threads: number
  readonly note: string
  /** Amounts of the benchmark's quantity. */
  readonly median: number
  readonly minimum: number
  readonly maximum: number
  readonly rounds: readonly number[]
  /** How many times as good Gentle is, by the medians; null where Gentle was not measured. */
  readonly gentleRatio: number | null
  /** Parts of the work that are told apart; none where it is one. */
  readonly parts: readonly ReportedPart[]
}

export interface ReportedPart extends Pick<Part, 'layer' | 'direction'> {
  /** Medians of the rounds. */
  readonly milliseconds: number
  readonly gigaflops: number
  /** Share of the peak that was measured with it: median, least and most of the rounds. */
  readonly share: number
  readonly minimum: number
  readonly maximum: number
}

/** Where it was measured. */
export const machine = () => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  platform: `${platform()} ${arch()}`,
  node: process.version,
})

/** What was measured of one benchmark, the best first. */
export function reportOn(benchmark: Benchmark, results: readonly (Measured | Missing)[]): BenchmarkReport {
  const mine = results.filter((result) => result.benchmark === benchmark)
  const measured = mine.filter((result) => 'amounts' in result)
  const gentle = measured.find(({ contender }) => contender === benchmark.contenders[0])
  const gentleMedian = gentle && median(gentle.amounts)
  const { quantity } = benchmark
  const rows = measured.map(({ contender, ready, amounts, parts }) => ({
    contender: contender.name,
    title: contender.title,
    version: ready.version,
    threads: ready.threads,
    note: ready.note ?? '',
    median: median(amounts),
    minimum: Math.min(...amounts),
    maximum: Math.max(...amounts),
    rounds: amounts,
    gentleRatio: gentleMedian === undefined ? null : lead(quantity, gentleMedian, median(amounts)),
    parts: reportOnParts(parts),
  }))
  return {
    benchmark: benchmark.name,
    title: benchmark.title,
    unit: quantity.name,
    better: quantity.better,
    rows: rows.sort((a, b) => Math.log(lead(quantity, b.median, a.median))),
    missing: mine
      .filter((result) => 'reason' in result)
      .map(({ contender, reason }) => ({ contender: contender.name, reason })),
  }
}

/** How many times as good one amount is as another. */
export const lead = ({ better }: { readonly better: 'more' | 'less' }, own: number, others: number): number =>
  better === 'more' ? own / others : others / own

const shareOf = ({ gigaflops, peakGigaflops }: Part): number => gigaflops / peakGigaflops

/** The parts of all rounds, which have the same ones in the same order. */
function reportOnParts(rounds: readonly (readonly Part[])[]): ReportedPart[] {
  const [first = []] = rounds
  return first.map(({ layer, direction }, index) => {
    const all = rounds.map((parts) => parts[index])
    return {
      layer,
      direction,
      milliseconds: median(all.map(({ seconds }) => 1000 * seconds)),
      gigaflops: median(all.map(({ gigaflops }) => gigaflops)),
      share: median(all.map(shareOf)),
      minimum: Math.min(...all.map(shareOf)),
      maximum: Math.max(...all.map(shareOf)),
    }
  })
}

/** A report as Markdown tables. */
export function formatReport({ title, unit, better, rows, missing }: BenchmarkReport): string {
  const header = ['', unit, 'spread', better === 'more' ? 'Gentle / this' : 'this / Gentle', 'threads']
  const body = rows.map((row) => [
    `${row.title} ${row.version}`.trim(),
    formatAmount(row.median),
    `${formatAmount(row.minimum)} to ${formatAmount(row.maximum)}`,
    row.gentleRatio === null ? '' : row.gentleRatio.toFixed(row.gentleRatio < 10 ? 2 : 0),
    String(row.threads),
  ])
  const table = body.length === 0 ? '' : formatTable(header, body)
  const parts = rows.filter((row) => row.parts.length > 0).map((row) => `${row.title}\n\n${formatParts(row.parts)}`)
  const notes = rows.filter(({ note }) => note !== '').map(({ title, note }) => `- ${title}: ${note}.`)
  const absent = missing.map(({ contender, reason }) => `- Not compared: ${contender}: ${reason}`)
  return [title, table, ...parts, [...notes, ...absent].join('\n')].filter((part) => part !== '').join('\n\n')
}

const directions = ['forward', 'input gradient', 'weight gradient'] as const

/** A line a layer, with each direction's share of the peak. */
function formatParts(parts: readonly ReportedPart[]): string {
  const layers = [...new Set(parts.map(({ layer }) => layer))]
  const body = layers.map((layer) => [
    layer,
    ...directions.map((direction) => {
      const part = parts.find((candidate) => candidate.layer === layer && candidate.direction === direction)
      return part === undefined ? '' : `${part.share.toFixed(2)} (${formatAmount(part.gigaflops)} GFLOP/s)`
    }),
  ])
  const shares = parts.map(({ share }) => share)
  const summary = `Median ${median(shares).toFixed(2)}, worst ${Math.min(...shares).toFixed(2)} of the peak.`
  return `${formatTable(['share of the peak', ...directions], body)}\n\n${summary}`
}

/** A Markdown table with its columns aligned. */
export function formatTable(header: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...body.map((cells) => cells[column].length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...body.map(line)].join('\n')
}

/** Amounts from 100 upwards are whole numbers, below they have one decimal, below 10 two. */
export const formatAmount = (amount: number): string =>
  amount >= 100 ? Math.round(amount).toLocaleString('en-US') : amount.toFixed(amount < 10 ? 2 : 1)
