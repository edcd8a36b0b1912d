/** How ranks spend the time of a step, as text. */
import type { RankTimes } from 'gentle-dl'
import { bold, table } from '../terminal/terminal.ts'

const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(2)

/** A line a rank: its step, and of it the time until the others have come, and that for moving and adding gradients: all of it, and what goes on while the rank computes. */
export function rankTimesText(times: readonly RankTimes[]): string {
  const rows = times.map(({ step, waiting, moving, hidden }, rank) => {
    const apart = waiting + moving - hidden
    const share = step === 0 ? '-' : `${((100 * apart) / step).toFixed(1)} %`
    return [String(rank), ...[step, step - apart, waiting, moving, hidden].map(milliseconds), share]
  })
  return [
    bold('Milliseconds of a step, by rank'),
    table([['rank', 'step', 'computing', 'waiting for others', 'exchanging', 'meanwhile', 'not computing'], ...rows]),
  ].join('\n')
}
