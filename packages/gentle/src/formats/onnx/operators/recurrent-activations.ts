/** The activations that recurrent operators name, with numbers of their own (ONNX's LSTM, `activations`, `activation_alpha`, `activation_beta`). */
import type { Tensor } from '../../../graph/tensor.ts'
import { clip, elu, leakyRelu, relu, sigmoid, softplus, tanh } from '../../../ops/activations.ts'
import { abs, add, div, greater, mul, where } from '../../../ops/elementwise.ts'
import { printable } from '../../failure.ts'
import type { OnnxCall } from '../call.ts'

export type Activation = (x: Tensor) => Tensor

interface Named {
  /** What alpha, beta are where the node gives none; as many as the activation takes. Where it is undefined, the standard has none, or runtimes differ in it. */
  readonly defaults: readonly (number | undefined)[]
  readonly of: (x: Tensor, alpha: number, beta: number) => Tensor
}

const activations: Readonly<Record<string, Named>> = {
  affine: { defaults: [undefined, undefined], of: (x, alpha, beta) => add(mul(x, alpha), beta) },
  elu: { defaults: [1], of: elu },
  hardsigmoid: { defaults: [0.2, 0.5], of: (x, alpha, beta) => clip(add(mul(x, alpha), beta), 0, 1) },
  leakyrelu: { defaults: [0.01], of: leakyRelu },
  relu: { defaults: [], of: relu },
  scaledtanh: { defaults: [undefined, undefined], of: (x, alpha, beta) => mul(tanh(mul(x, beta)), alpha) },
  sigmoid: { defaults: [], of: sigmoid },
  softplus: { defaults: [], of: softplus },
  softsign: { defaults: [], of: (x) => div(x, add(1, abs(x))) },
  tanh: { defaults: [], of: tanh },
  // The standard's 1 is 0 to onnxruntime: findings/onnxruntime-recurrent-thresholded-relu.sh.
  thresholdedrelu: { defaults: [undefined], of: (x, alpha) => where(greater(x, alpha), x, 0) },
}

/**
 * The activations of each direction, `otherwise` where the node names none. The numbers of the node's lists go to those that take one, in their order.
 * @param otherwise those of one direction
 */
export function activationsOf(call: OnnxCall, directions: number, otherwise: readonly string[]): Activation[][] {
  const each = otherwise.length
  const names = call.texts('activations') ?? Array.from({ length: directions }, () => otherwise).flat()
  if (names.length !== directions * each)
    call.fail(`names ${names.length} activations; expected ${directions * each}, ${each} for each direction`)
  const given = [[...(call.list('activation_alpha') ?? [])], [...(call.list('activation_beta') ?? [])]]
  const made = names.map((name): Activation => {
    const key = name.toLowerCase()
    if (!Object.hasOwn(activations, key)) return call.fail(`has the activation '${printable(name)}', which is not read`)
    const { defaults, of } = activations[key]
    const [alpha = 0, beta = 0] = defaults.map(
      (standard, i) => given[i].shift() ?? standard ?? call.fail(`gives no ${i === 0 ? 'alpha' : 'beta'} for ${name}`),
    )
    return (x) => of(x, alpha, beta)
  })
  return Array.from({ length: directions }, (_, i) => made.slice(i * each, (i + 1) * each))
}
