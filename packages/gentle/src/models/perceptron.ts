import { flatten, linear, sequential, step } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

/**
 * The artificial neuron in its differentiable form: a weighted sum and a bias for each class, [N, ...] to logits [N, classes]. With
 * softmax cross-entropy it is logistic regression.
 */
export const perceptron = ({ classes = 2 }: { readonly classes?: number } = {}): Layer =>
  sequential(flatten(), linear(classes, { initializer: 'zeros' }))

/**
 * The artificial neuron as Rosenblatt built it: 1 where w x + b >= 0, else 0, [N, ...] to [N, 1]. It has no gradient; `perceptronRule`
 * trains it (Rosenblatt, "The Perceptron", Psychological Review, 1958).
 */
export const thresholdNeuron = (): Layer => sequential(flatten(), linear(1, { initializer: 'zeros' }), step())
