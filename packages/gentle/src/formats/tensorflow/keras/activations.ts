/** The functions that Keras calls activations, by its names. */
import type { Tensor } from '../../../graph/tensor.ts'
import {
  clip,
  elu,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  relu6,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from '../../../ops/activations.ts'
import { abs, add, div, exp, greater, minimum, mul, neg, sqrt, sub, where } from '../../../ops/elementwise.ts'
import { printable } from '../../failure.ts'
import { isRecord } from '../json.ts'
import type { Placed } from '../placed.ts'
import type { Dialect, LayerConfig } from './layer-config.ts'

export type Activation = (x: Placed) => Placed

/** Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", 2017, appendix. */
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

const selu = (x: Tensor): Tensor => mul(seluScale, elu(x, seluAlpha))

/** With tanh for the normal distribution function (Hendrycks and Gimpel, 2016, section 2). */
const geluOfTanh = (x: Tensor): Tensor =>
  mul(mul(0.5, x), add(1, tanh(mul(Math.sqrt(2 / Math.PI), add(x, mul(0.044715, mul(x, mul(x, x))))))))

/** min(max(x, 0) for x > threshold, else slope (x - threshold)), as Keras' ReLU, of which TensorFlow.js takes no slope and no threshold. */
export function reluOf(x: Tensor, max: number | undefined, slope: number, threshold: number): Tensor {
  const steep = threshold === 0 ? relu(x) : where(greater(x, threshold), x, 0)
  const capped = max === undefined ? steep : minimum(steep, max)
  return slope === 0 ? capped : where(greater(x, threshold), capped, mul(slope, sub(x, threshold)))
}

/** The line that Keras 3 and PyTorch have, or the one of Keras 2 and TensorFlow.js. */
const hardSigmoid = (x: Tensor, dialect: Dialect): Tensor =>
  dialect === 'keras3' ? mul(relu6(add(x, 3)), 1 / 6) : clip(add(mul(x, 0.2), 0.5), 0, 1)

const hardSwish = (x: Tensor): Tensor => mul(x, mul(relu6(add(x, 3)), 1 / 6))

type OfElements = (x: Tensor, dialect: Dialect) => Tensor

const ofElements: Readonly<Record<string, OfElements>> = {
  celu: (x) => elu(x),
  elu: (x) => elu(x),
  exponential: (x) => exp(x),
  gelu: (x) => gelu(x),
  gelu_new: geluOfTanh,
  hard_sigmoid: hardSigmoid,
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  hard_tanh: (x) => clip(x, -1, 1),
  leaky_relu: (x) => leakyRelu(x, 0.2),
  linear: (x) => x,
  log_sigmoid: (x) => neg(softplus(neg(x))),
  mish: (x) => mul(x, tanh(softplus(x))),
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign: (x) => div(x, add(1, abs(x))),
  squareplus: (x) => mul(0.5, add(x, sqrt(add(mul(x, x), 4)))),
  swish: silu,
  tanh,
}

const last = (x: Placed): number => x.axisAsItLies(x.shape.length - 1)

const alongChannels: Readonly<Record<string, Activation>> = {
  log_softmax: (x) => x.map((tensor) => logSoftmax(tensor, last(x))),
  softmax: (x) => x.map((tensor) => softmax(tensor, last(x))),
}

/** TensorFlow.js has some names in camel case. */
const inUnderscores = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** A function's name from its text, or from an object that Keras 3 stores for it. */
function nameOf(value: unknown, config: LayerConfig): string {
  if (typeof value === 'string') return inUnderscores(value)
  if (isRecord(value) && value.class_name === 'function' && typeof value.config === 'string') return value.config
  if (isRecord(value) && isRecord(value.config) && typeof value.config.name === 'string')
    return config.fail(
      `has the activation '${printable(value.config.name)}', a layer within; expected the name of a function`,
    )
  return config.fail('has an activation that is not a name of a function')
}

/** What a layer's setting of an activation means; none where it is not told. */
export function activationOf(config: LayerConfig, setting = 'activation'): Activation {
  const value = config.value(setting)
  if (value === undefined) return (x) => x
  const name = nameOf(value, config)
  const { dialect } = config
  if (Object.hasOwn(alongChannels, name)) return alongChannels[name]
  if (!Object.hasOwn(ofElements, name))
    return config.fail(
      `has an activation that is not supported, '${printable(name)}'; supported are ${[...Object.keys(ofElements), ...Object.keys(alongChannels)].sort().join(', ')}`,
    )
  const of = ofElements[name]
  return (x) => x.map((tensor) => of(tensor, dialect))
}
