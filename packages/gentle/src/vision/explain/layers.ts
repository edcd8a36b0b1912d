/** What goes on inside a model while it looks at a picture. */
import { ArgumentError } from '../../core/errors.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import { type Input, input, type Tensor } from '../../graph/tensor.ts'
import type { Model } from '../../nn/model.ts'
import { Scope } from '../../nn/scope.ts'
import { type ClassScores, classScores } from '../../nn/scores.ts'
import { isElementwise } from '../../ops/elementwise.ts'

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
  /**
   * In the order of the computation, innermost layers first; those that give on what they get are left out. Of a graph that another program wrote, as ONNX, the
   * nodes that give maps.
   */
  readonly layers: readonly TracedLayer[]
}

/** Traces a model, as it predicts, on a batch of pictures. */
export function traceLayers({ layer, parameters, state, inputShape }: Model, examples = 1): TracedModel {
  const x = input([examples, ...inputShape])
  const layers: TracedLayer[] = []
  const seen = new Set<Tensor>([x])
  const add = (traced: TracedLayer): void => {
    if (!seen.has(traced.output)) layers.push(traced)
    seen.add(traced.output)
  }
  const isMaps = mapsIn()
  const scope = new Scope({
    parameters,
    state,
    seed: 0,
    training: false,
    onLayer({ path, description, leaf, output }) {
      add({ path, type: description.type, leaf, output })
    },
    // What joins branches of our own layers has no settings, and is told of as the layer that it ends.
    onJoin({ path, type, description, output }) {
      if (description !== undefined && isMaps(output)) add({ path, type, leaf: true, output })
    },
  })
  return { x, output: layer.apply(x, scope), layers }
}

const makesMaps: ReadonlySet<string> = new Set([
  'conv2d',
  'conv2dInputGradient',
  'maxPool2d',
  'avgPool2d',
  'resample2d',
])

/** Ops whose result has the places that their operands have. */
const keepsPlaces: ReadonlySet<string> = new Set(['concat', 'pad', 'slice', 'roll'])

/**
 * Tells whether a tensor is maps [N, channels, height, width]: made by convolutions, poolings or resampling, and by ops that leave the axes where they are. In a stranger's graph four axes
 * may be those of attention, or have the channels last.
 */
function mapsIn(): (tensor: Tensor) => boolean {
  const known = new Map<Tensor, boolean>()
  const isMaps = (tensor: Tensor): boolean => {
    const found = known.get(tensor)
    if (found !== undefined) return found
    const { op, inputs, shape } = tensor
    const is =
      shape.length === 4 &&
      (makesMaps.has(op.name) || ((isElementwise(tensor) || keepsPlaces.has(op.name)) && inputs.some(isMaps)))
    known.set(tensor, is)
    return is
  }
  return isMaps
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
