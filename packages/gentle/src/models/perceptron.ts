import { Flatten, Linear, Sequential, Step } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

/**
 * The artificial neuron in its differentiable form: a weighted sum and a bias for each class, [N, ...] to logits [N, classes]. With
 * softmax cross-entropy it is logistic regression.
 */
export const perceptron = ({ classes = 2 }: { readonly classes?: number } = {}): Layer =>
  Sequential(Flatten(), Linear(classes, { weightInit: 'zeros' }))

/**
 * The artificial neuron as Rosenblatt built it: 1 where w x + b >= 0, else 0, [N, ...] to [N, 1]. It has no gradient; `perceptronRule`
 * trains it (Rosenblatt, "The Perceptron", Psychological Review, 1958).
 */
export const thresholdNeuron = (): Layer => Sequential(Flatten(), Linear(1, { weightInit: 'zeros' }), Step())
