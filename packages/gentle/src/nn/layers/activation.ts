import { ArgumentError } from '../../core/errors.ts'
import type { Tensor } from '../../graph/tensor.ts'
import * as activations from '../../ops/activations.ts'
import type { BuildLayer, Layer, LayerTypes } from '../layer.ts'

/** A layer that applies a function element by element, or along the last axis; at most `maxOptions` numbers set its shape. */
function activation(
  type: string,
  of: (x: Tensor, ...settings: number[]) => Tensor,
  maxOptions = 0,
): (...settings: number[]) => Layer {
  const layer = (...settings: number[]): Layer => {
    if (settings.length > maxOptions || !settings.every(Number.isFinite))
      throw new ArgumentError(
        `${type}: its settings are ${JSON.stringify(settings)}; expected at most ${maxOptions} numbers`,
      )
    return { description: settings.length === 0 ? { type } : { type, settings }, apply: (x) => of(x, ...settings) }
  }
  return layer
}

/** 1 for x >= 0, else 0: the perceptron's. It has no gradient to learn by. */
export const Step: () => Layer = /* @__PURE__ */ activation('step', activations.step)
/** Hyperbolic tangent. */
export const Tanh: () => Layer = /* @__PURE__ */ activation('tanh', activations.tanh)
/** 1 / (1 + exp(-x)). */
export const Sigmoid: () => Layer = /* @__PURE__ */ activation('sigmoid', activations.sigmoid)
/** max(x, 0). */
export const ReLU: () => Layer = /* @__PURE__ */ activation('relu', activations.relu)
/** min(max(x, 0), 6): for low precision (Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10", 2010, section 2.1). */
export const ReLU6: () => Layer = /* @__PURE__ */ activation('relu6', activations.relu6)
/** x for x > 0, else slope x; slope 0.01 unless given. */
export const LeakyReLU: (slope?: number) => Layer = /* @__PURE__ */ activation(
  'leakyRelu',
  activations.leakyRelu,
  1,
) as (slope?: number) => Layer
/** x for x > 0, else alpha (exp(x) - 1); alpha 1 unless given. */
export const ELU: (alpha?: number) => Layer = /* @__PURE__ */ activation('elu', activations.elu, 1) as (
  alpha?: number,
) => Layer
/** x Φ(x). */
export const GELU: () => Layer = /* @__PURE__ */ activation('gelu', activations.gelu)
/** x sigmoid(x). */
export const SiLU: () => Layer = /* @__PURE__ */ activation('silu', activations.silu)
/** log(1 + exp(x)). */
export const Softplus: () => Layer = /* @__PURE__ */ activation('softplus', activations.softplus)
/** Probabilities along the last axis. Losses on logits take the layer before it. */
export const Softmax: () => Layer = /* @__PURE__ */ activation('softmax', (x) => activations.softmax(x))
/** Logarithms of probabilities along the last axis. */
export const LogSoftmax: () => Layer = /* @__PURE__ */ activation('logSoftmax', (x) => activations.logSoftmax(x))

const ofSettings =
  (layer: (...settings: number[]) => Layer): BuildLayer =>
  ({ settings }) =>
    layer(...((settings as number[] | undefined) ?? []))

/** What builds these layers from their descriptions. */
export const activationTypes: LayerTypes = {
  step: ofSettings(Step),
  tanh: ofSettings(Tanh),
  sigmoid: ofSettings(Sigmoid),
  relu: ofSettings(ReLU),
  relu6: ofSettings(ReLU6),
  leakyRelu: ofSettings(LeakyReLU),
  elu: ofSettings(ELU),
  gelu: ofSettings(GELU),
  silu: ofSettings(SiLU),
  softplus: ofSettings(Softplus),
  softmax: ofSettings(Softmax),
  logSoftmax: ofSettings(LogSoftmax),
}
