/** What a sweep has come to, as text. */
import type { RunScore } from 'gentle-dl/inspect'
import { commandLine } from '../terminal/invocation.ts'
import { bold, clock, figure, lossText, percent, table } from '../terminal/terminal.ts'
import type { TrialSettings } from './candidates.ts'
import { type Sweep, type Trial, trialFolder } from './record.ts'
import { ranked } from './rungs.ts'
import { dashed, type SettingName, type SettingValue, valueText } from './space.ts'
import { settingWords } from './train-words.ts'

export const scoreText = ({ monitor, isShare }: RunScore, score: number): string =>
  monitor === 'loss' ? lossText(score) : isShare ? percent(score) : figure(score)

/** `3.2 s`, `1:07` */
export const secondsText = (seconds: number): string => (seconds < 60 ? `${seconds.toFixed(1)} s` : clock(seconds))

const entriesOf = (settings: TrialSettings) => Object.entries(settings) as [SettingName, SettingValue][]

/** `learning-rate 0.01, batch-size 32` */
export const settingsText = (settings: TrialSettings): string =>
  entriesOf(settings)
    .map(([name, value]) => `${dashed(name)} ${valueText(value)}`)
    .join(', ')

/** The trials that have a score, best first; settings as columns where there is room, else in a line below each. */
export function rankingTable(sweep: Sweep, columns: number): string {
  const all = ranked(sweep)
  const names = entriesOf(sweep.trials[0].settings).map(([name]) => name)
  const times = all.map(({ last }) => secondsText(last.seconds))
  const longest = Math.max(...times.map((time) => time.length))
  const rows = (own: readonly SettingName[]): string[][] => [
    ['trial', ...own.map(dashed), sweep.score.name, 'best epoch', 'time'],
    ...all.map(({ trial, settings, last: { score, bestEpoch, epochs } }, i) => [
      String(trial),
      ...own.map((name) => valueText(settings[name]!)),
      scoreText(sweep.score, score),
      `${bestEpoch} of ${epochs}`,
      times[i].padStart(longest),
    ]),
  ]
  const wide = table(rows(names))
  if (wide.split('\n').every((line) => line.length <= columns)) return wide
  const [heads, ...lines] = table(rows([])).split('\n')
  return [heads, ...lines.flatMap((line, i) => [line, `       ${settingsText(all[i].settings)}`])].join('\n')
}

const failedText = ({ trial, settings, failure }: Trial): string =>
  `trial ${trial} failed: ${failure!.message} (${settingsText(settings)})`

/** The whole text: the ranking, what failed, and what to do with the best. */
export function sweepText(folder: string, sweep: Sweep, columns: number): string {
  const [best] = ranked(sweep)
  const failed = sweep.trials.filter(({ failure }) => failure !== undefined).map(failedText)
  if (best === undefined) return [...failed, 'no trial has a score'].join('\n')
  const epochs = sweep.rungs.at(-1)!.epochs
  const isWhole = best.results.length === sweep.rungs.length
  const run = trialFolder(folder, best)
  return [
    rankingTable(sweep, columns),
    ...(failed.length === 0 ? [] : ['', ...failed]),
    '',
    `${bold(`best: trial ${best.trial}`)}, ${settingsText(best.settings)}`,
    `Ranked by ${sweep.score.name} on validation${sweep.rungs.length > 1 ? ', those that were trained longer first' : ''}. The best of many is chosen by chance, too: what it is worth, the test set tells, which took no part in this:`,
    ...(isWhole
      ? [`  ${commandLine('eval', run)}`]
      : [`  ${commandLine('train', '--resume', run)}   (it was trained for ${best.last.epochs} of ${epochs} epochs)`]),
    'To train with these settings again:',
    `  ${commandLine('train', ...settingWords(sweep, best.settings))}`,
  ].join('\n')
}

/** The same for programs. */
export const sweepJson = (folder: string, sweep: Sweep) => ({
  folder,
  method: sweep.method,
  seed: sweep.seed,
  score: sweep.score,
  rungs: sweep.rungs,
  ranking: ranked(sweep).map(({ trial, settings, last, results }) => ({
    trial,
    run: trialFolder(folder, { trial }),
    settings,
    ...last,
    rung: results.length,
  })),
  failed: sweep.trials.flatMap(({ trial, settings, failure }) =>
    failure === undefined ? [] : [{ trial, run: trialFolder(folder, { trial }), settings, ...failure }],
  ),
})
