import type { Answer } from '../../parts/exercise.tsx'
import { classesIn, type Settings } from './settings.ts'
import type { Scores } from './training.ts'

/** The share of validation points that has to be right. */
const wanted = 0.95

/** Most hidden neurons for each problem. */
const allowed = { xor: 2, rings: 4, spirals: 12 } as const

/** Whether the network that is shown solves one of the three problems with few neurons. */
export function exerciseAnswer({ hidden, ...settings }: Settings, scores: Scores | undefined): Answer {
  const { data } = settings
  if (data !== 'xor' && data !== 'rings' && data !== 'spirals')
    return { right: false, remark: 'Choose the points XOR, rings or spirals.' }
  if (classesIn({ ...settings }) !== 2) return { right: false, remark: 'Choose two classes.' }
  const neurons = hidden.reduce((a, b) => a + b, 0)
  if (neurons > allowed[data])
    return {
      right: false,
      remark: `${neurons} hidden neurons are more than the ${allowed[data]} that are allowed here.`,
    }
  const accuracy = scores?.validationAccuracy ?? 0
  const percent = `${(100 * accuracy).toFixed(1)} %`
  if (accuracy < wanted)
    return {
      right: false,
      remark: `${percent} of the validation points are right. Train longer, or try another seed: with few neurons, it depends on where they begin.`,
    }
  return { right: true, remark: `${percent} with ${neurons} hidden neuron${neurons === 1 ? '' : 's'}.` }
}
