import { classProbabilities, classScores, input, type Model, type Program } from 'gentle-dl'
import { traceInference } from 'gentle-dl/inspect'

/**
 * A model for one example at a time, or as many as are said, compiled once: for a webcam or a shape that is dragged asks many times a second. It computes by the parameters that the model has at
 * each time.
 * @param probabilities whether to give those of classes instead of scores, as `predict` gives them
 */
export function programFor(
  model: Model,
  { probabilities = false, examples = 1 }: { readonly probabilities?: boolean; readonly examples?: number } = {},
): Promise<Program<'x', 'y'>> {
  const x = input([examples, ...model.inputShape])
  const outputs = traceInference(model, x)
  const scores = probabilities ? classScores(outputs) : undefined
  return model.backend.compile({
    inputs: { x },
    outputs: { y: scores === undefined ? outputs : classProbabilities(scores) },
  })
}
