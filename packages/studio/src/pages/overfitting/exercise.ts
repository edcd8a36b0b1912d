import type { Answer } from '../../parts/exercise.tsx'
import { type Moment, type Moments, remedyNames, remedyTitles, stepsPerRound } from './settings.ts'

const gapOf = ({ train, validation }: Moment): number => validation - train

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** Rounds after which the gap has opened. */
const enough = 20

/** Whether a remedy other than more data halves the gap of the training without one, and reads more digits. */
export function exerciseAnswer(moments: Moments, rounds: number, examples: number): Answer {
  if (examples > 200) return { right: false, remark: 'Learn from at most 200 digits.' }
  const bare = moments.none[rounds]
  if (rounds < enough || bare === undefined)
    return { right: false, remark: `Train for ${enough * stepsPerRound} steps at least, so that the gap can open.` }
  const others = remedyNames.flatMap((name) => {
    const at = moments[name][rounds]
    return name === 'none' || name === 'data' || at === undefined ? [] : [{ name, at, share: gapOf(at) / gapOf(bare) }]
  })
  if (others.length === 0) return { right: false, remark: 'Switch on a remedy other than more data.' }
  const best = others.reduce((a, b) => (b.share < a.share ? b : a))
  const told = `${remedyTitles[best.name]} leaves ${Math.round(100 * best.share)} % of the gap`
  if (best.share > 0.5) return { right: false, remark: `${told}: more of it, or another remedy?` }
  if (best.at.accuracy <= bare.accuracy)
    return { right: false, remark: `${told}, but no more digits are right: it is too much of it.` }
  return {
    right: true,
    remark: `${told}, and ${percent(best.at.accuracy)} of the validation digits are right instead of ${percent(bare.accuracy)}.`,
  }
}
