/** What goes on inside a model while it looks at a picture. */
import { ArgumentError } from '../../core/errors.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import { type Input, input, type Tensor } from '../../graph/tensor.ts'
import type { Model } from '../../nn/model.ts'
import { Scope } from '../../nn/scope.ts'
import { type ClassScores, classScores } from '../../nn/scores.ts'

/** A layer that was traced on one picture. */
export interface TracedLayer {
  /** Its place in the model, such as `features.3`. */
  readonly path: string
  readonly type: string
  /** Whether no layers are within it. */
  readonly leaf: boolean
  /** [1, ...]. */
  readonly output: Tensor
}

export interface TracedModel {
  readonly x: Input
  readonly output: Tensor
  /** In the order of the computation, innermost layers first; those that give on what they get are left out. */
  readonly layers: readonly TracedLayer[]
}

/** Traces a model, as it predicts, on a batch of pictures. */
export function traceLayers({ layer, parameters, state, inputShape }: Model, examples = 1): TracedModel {
  const x = input([examples, ...inputShape])
  const layers: TracedLayer[] = []
  const seen = new Set<Tensor>([x])
  const scope = new Scope({
    parameters,
    state,
    seed: 0,
    training: false,
    onLayer({ path, description, leaf, output }) {
      if (!seen.has(output)) layers.push({ path, type: description.type, leaf, output })
      seen.add(output)
    },
  })
  return { x, output: layer.apply(x, scope), layers }
}

/** Whether a layer's output is maps [1, channels, height, width] of more than one place. */
export const isSpatial = ({ output: { shape } }: TracedLayer): boolean => shape.length === 4 && shape[2] * shape[3] > 1

/** @throws ArgumentError for values that are not a picture of the model's. */
export function checkPicture({ inputShape }: Model, picture: Float32Array, where: string): void {
  if (inputShape.length !== 3 || picture.length !== sizeOf(inputShape))
    throw new ArgumentError(
      `${where}: ${picture.length} values are not a picture of the model's, which takes ${formatShape(inputShape)}`,
    )
}

/** The scores of classes in a model's output. @throws ArgumentError for a model that does not classify, and a class that it does not tell. */
export function scoresOfClass(output: Tensor, classIndex: number, where: string): ClassScores {
  const scores = classScores(output)
  if (scores === undefined)
    throw new ArgumentError(`${where}: the model's output is ${formatShape(output.shape)}; expected [N, classes]`)
  const [, classes] = scores.logits.shape
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes)
    throw new ArgumentError(`${where}: there is no class ${classIndex}; expected 0 to ${classes - 1}`)
  return scores
}
