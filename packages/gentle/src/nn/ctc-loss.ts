/** The loss of sequences that are labelled without being segmented: connectionist temporal classification (Graves et al., 2006). */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import { apply, constant, type Tensor } from '../graph/tensor.ts'
import { ctcLossOp } from '../ops/ctc-loss.ts'
import { cast, div, maximum } from '../ops/elementwise.ts'
import { mean } from '../ops/reduce.ts'
import type { Tensors } from './inputs-layer.ts'
import { expectLabels } from './labels.ts'
import type { BatchLoss } from './losses.ts'
import { softmaxLogits } from './scores.ts'

export interface CtcLossOptions {
  /** How many steps of the logits count, int32 [N], from 0 to T; all unless given. */
  readonly lengths?: Tensor
  /** How many labels each target has, int32 [N], from 0 to U; U unless given. What is behind them does not count. */
  readonly targetLengths?: Tensor
  /** The symbol that stands for none of the others, from 0; 0 unless given. */
  readonly blank?: number
  /**
   * Whether a target that no alignment spells, because it has more labels than there are steps, counts 0 and has the gradient 0; without it, its loss is
   * infinite and its gradient NaN. Other examples' losses and gradients are the same either way.
   */
  readonly zeroInfinity?: boolean
}

/**
 * The negative log-likelihood of each target, [N], under the softmax of logits [N, T, symbols]: summed over all alignments, which give each step a
 * symbol or the blank and spell a target where equal neighbours are merged and blanks dropped (equations 5 to 8). Targets are int32 [N, U], padded behind.
 * What a softmax over the symbols gave, or its logarithm, is not taken for logits. The gradient is that of equation 16, exact; it has no second derivative.
 *
 * A label that is outside 0 to symbols - 1 or the blank, and a length that is outside, give NaN for their example; training refuses labels outside before.
 * @throws ShapeError when shapes or element types do not fit; ArgumentError for a blank outside, and for predictions that sigmoids gave.
 */
export function ctcLoss(prediction: Tensor, targets: Tensor, options: CtcLossOptions = {}): Tensor {
  const { blank = 0, zeroInfinity = false } = options
  const [examples, steps, symbols] = prediction.shape
  if (prediction.shape.length !== 3 || targets.shape.length !== 2)
    throw new ShapeError(
      `ctcLoss: logits ${formatShape(prediction.shape)} and targets ${formatShape(targets.shape)}; expected [N, T, symbols] and [N, U]`,
    )
  const all = (length: number): Tensor => constant(Array(examples).fill(length), [examples], 'int32')
  const { lengths = all(steps), targetLengths = all(targets.shape[1]) } = options
  expectLabels(targets, symbols)
  const logits = softmaxLogits(prediction, 2, 'ctcLoss')
  return apply(ctcLossOp, [logits, targets, lengths, targetLengths], { blank, zeroInfinity })
}

export interface CtcOptions extends Pick<CtcLossOptions, 'blank' | 'zeroInfinity'> {
  /**
   * How many steps of the network's outputs are of each example, int32 [N], from its inputs, such as
   * `({ spectrogramLengths }) => network.outputLengths(spectrogramLengths)`. Unless given, the lengths of the only input that is a sequence, of a network
   * that gives a step for each of its steps.
   */
  readonly lengthsOf?: (inputs: Tensors) => Tensor
  /**
   * Whether each example's loss is divided by the number of its labels, as PyTorch's `CTCLoss` does by default, so that long targets weigh
   * as much as short ones; false unless given.
   */
  readonly perLabel?: boolean
}

/**
 * The mean of `ctcLoss` over the examples of a batch, for training networks that give logits [N, T, symbols] on targets that are sequences of int32 labels.
 * @throws ArgumentError, from its `of`, where it cannot tell how long the outputs are; else as `ctcLoss`.
 */
export function ctc({ lengthsOf, perLabel = false, ...options }: CtcOptions = {}): BatchLoss {
  const { blank = 0, zeroInfinity = false } = options
  const details = [`blank ${blank}`, ...(zeroInfinity ? ['zeroInfinity'] : []), ...(perLabel ? ['perLabel'] : [])]
  return {
    name: `ctc, ${details.join(', ')}`,
    of(prediction, target, { inputs, targetLengths }) {
      const lengths = lengthsOf === undefined ? lengthsOfInputs(inputs, prediction) : lengthsOf(inputs)
      const losses = ctcLoss(prediction, target, { ...options, lengths, targetLengths })
      if (!perLabel) return mean(losses)
      const labels = targetLengths === undefined ? target.shape[1] : cast(targetLengths, 'float32')
      return mean(div(losses, maximum(labels, 1)))
    },
  }
}

/** The lengths of the only sequence among inputs; undefined where none is one. */
function lengthsOfInputs(inputs: Tensors, { shape: [, steps] }: Tensor): Tensor | undefined {
  const sequences = Object.keys(inputs).filter((name) => `${name}Lengths` in inputs)
  if (sequences.length === 0) return undefined
  const [name] = sequences
  if (sequences.length > 1 || inputs[name].shape[1] !== steps)
    throw new ArgumentError(
      `ctc: the outputs have ${steps} steps, and the sequences among the inputs ${sequences.map((each) => `${inputs[each].shape[1]} (${each})`).join(', ')}; give lengthsOf, which tells how many steps of the outputs are of each example`,
    )
  return inputs[`${name}Lengths`]
}
