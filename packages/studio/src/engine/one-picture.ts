import { input, type Model, type Program, Scope } from 'gentle-dl'
import { softmax } from 'gentle-dl/ops'

/**
 * A model for one example at a time, compiled once: for a webcam or a shape that is dragged asks many times a second. It computes by the parameters that the model has at each time.
 * @param probabilities whether to give those of classes instead of scores
 */
export function onePicture(
  { layer, inputShape, parameters, state, backend }: Model,
  { probabilities = false }: { readonly probabilities?: boolean } = {},
): Promise<Program<'x', 'y'>> {
  const x = input([1, ...inputShape])
  const scores = layer.apply(x, new Scope({ parameters, state, seed: 0, training: false }))
  return backend.compile({ inputs: { x }, outputs: { y: probabilities ? softmax(scores) : scores } })
}
