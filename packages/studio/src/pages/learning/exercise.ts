import type { Answer } from '../../parts/exercise.tsx'
import type { Race } from './session.ts'
import { racerTitles } from './settings.ts'

/** Whether an optimizer learned so much of its examples that the loss on all others is twice as high. */
export function exerciseAnswer(race: Race | undefined): Answer {
  if (race === undefined || race.settings.problem !== 'classes')
    return { right: false, remark: 'Choose the problem of two classes.' }
  const ends = race.runs.flatMap(({ name, losses, divergedAt }) =>
    divergedAt === undefined ? [{ name, ratio: losses.at(-1)!.expected / losses.at(-1)!.train }] : [],
  )
  if (ends.length === 0) return { right: false, remark: 'No optimizer comes to the end.' }
  const best = ends.reduce((a, b) => (b.ratio > a.ratio ? b : a))
  const told = `${racerTitles[best.name]} ends with an expected loss of ${best.ratio.toFixed(1)} times its training loss`
  return best.ratio >= 2
    ? {
        right: true,
        remark: `${told}: it has learned its few examples by heart. The training loss alone does not tell.`,
      }
    : { right: false, remark: `${told}. What lets a sample differ more from its distribution?` }
}
