import type { Answer } from '../../parts/exercise.tsx'
import type { BuilderLayer } from './layers.ts'
import type { Totals } from './session.ts'

export const mostParameters = 10_000

/** Whether the builder's network reads digits with few parameters. */
export function exerciseAnswer(layers: readonly BuilderLayer[], totals: Totals | undefined): Answer {
  const not = (remark: string): Answer => ({ right: false, remark })
  if (totals === undefined) return not('Choose “Your own, built here”, and let all of its layers fit together.')
  if (totals.inputShapes[0].join() !== '1,28,28') return not('The input should be 1 × 28 × 28, a digit of MNIST.')
  if (layers.filter(({ kind }) => kind === 'conv').length < 2) return not('It should have at least two convolutions.')
  if (totals.outputShape.join() !== '10')
    return not(`It gives ${totals.outputShape.join(' × ')}: it should give 10 numbers, one for each digit.`)
  const { parameters } = totals
  if (parameters > mostParameters)
    return not(
      `It has ${parameters.toLocaleString('en')} parameters. Which layer has most of them, and what would make its input smaller?`,
    )
  return { right: true, remark: `${parameters.toLocaleString('en')} parameters, where LeNet-5 has 61,706.` }
}
