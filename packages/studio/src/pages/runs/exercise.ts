import { bestOfRun, type RecordedRun, settingsOfRuns } from 'gentle-dl/inspect'
import type { Answer } from '../../parts/exercise.tsx'
import { winnerOf } from './compare.ts'

/** Whether the run with the lowest validation loss was found. */
export function exerciseAnswer(runs: readonly RecordedRun[], chosen: string): Answer {
  const measured = runs.filter((run) => bestOfRun(run, 'loss')?.part === 'validation')
  const winner = winnerOf(measured, 'loss')
  if (winner === undefined)
    return { right: false, remark: 'There have to be at least two runs with a validation loss: train the examples.' }
  if (measured.some(({ finished }) => !finished)) return { right: false, remark: 'Not all of the runs are finished.' }
  const run = measured.find(({ name }) => name === chosen)
  if (run === undefined) return { right: false, remark: 'Press the name of the run that you mean.' }
  if (run !== winner)
    return {
      right: false,
      remark: `At its best ${run.name} has ${bestOfRun(run, 'loss')!.value.toPrecision(3)}; another run has less.`,
    }
  const { value, epoch } = bestOfRun(winner, 'loss')!
  const differing = settingsOfRuns(measured)
    .filter(({ differs }) => differs)
    .map(({ name }) => name)
  return {
    right: true,
    remark: `${value.toPrecision(3)} in epoch ${epoch}${differing.length === 1 ? `, and nothing but ${differing[0]} differs` : ''}. Now change the seed: is it the same one again?`,
  }
}
