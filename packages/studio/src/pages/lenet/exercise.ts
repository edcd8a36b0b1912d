import type { Answer } from '../../parts/exercise.tsx'
import type { Insight } from './insight.ts'
import { likeliest } from './likeliest.ts'
import type { Progress } from './training.ts'

/** Whether LeNet-5 has learned enough, and a shift was found that it stands and the MLP does not. */
export function exerciseAnswer(
  { learned: { lenet } }: Progress,
  insight: Pick<Insight, 'probabilities' | 'label'> | undefined,
  [right, down]: readonly [number, number],
): Answer {
  const reached = Math.max(0, ...lenet.accuracies)
  if (reached < 0.98 || (lenet.accuracies.at(-1) ?? 0) < 0.98)
    return {
      right: false,
      remark:
        reached >= 0.98
          ? 'LeNet-5 was above 98 %, and fell below it again: go on for an epoch.'
          : `LeNet-5 has reached ${(100 * reached).toFixed(1)} % of the validation digits: train on.`,
    }
  if (insight?.label === undefined)
    return { right: false, remark: 'Choose a test digit, of which it is known what it is.' }
  if (right === 0 && down === 0) return { right: false, remark: 'Now shift the digit.' }
  const { label, probabilities } = insight
  const [lenetSays, mlpSays] = [likeliest(probabilities.lenet), likeliest(probabilities.mlp)]
  if (lenetSays !== label)
    return {
      right: false,
      remark: `LeNet-5 mistakes the ${label} for a ${lenetSays}: shift it less, or try another digit.`,
    }
  if (mlpSays === label)
    return { right: false, remark: 'Both are right: shift it a little further, or try another digit.' }
  return {
    right: true,
    remark: `The MLP mistakes the ${label} for a ${mlpSays}; to LeNet-5 it is a ${label} still.`,
  }
}
