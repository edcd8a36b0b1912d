/** Recurrent layers as Keras has them: a layer for each that is stacked, in `Bidirectional` where it goes both ways. */
import { type RecurrentWeights, recurrentWeightsToKeras } from '../../recurrent-weights.ts'
import type { KerasWeight } from './keras-writer.ts'
import type { Convert, PartContext } from './part-context.ts'

const classNames = { rnn: 'SimpleRNN', lstm: 'LSTM', gru: 'GRU' } as const

interface Options {
  readonly layers?: number
  readonly bidirectional?: boolean
  readonly outputs?: 'all' | 'last'
  readonly dropout?: number
  readonly inputDropout?: number
  readonly recurrentDropout?: number
  readonly residual?: boolean
  readonly learnedState?: boolean
  readonly stateful?: boolean
  readonly activation?: 'tanh' | 'relu'
  readonly resetAfter?: boolean
}

/** What has no place in Keras' layers as TensorFlow.js has them. */
function checkForm(part: PartContext, options: Options): void {
  const { learnedState = false, stateful = false, resetAfter = true } = options
  if (learnedState) part.fail('begins with a learned state, which has no equivalent in TensorFlow.js')
  if (stateful)
    part.fail('is stateful, and there a stateful layer is for one number of examples; expected stateful false')
  if (part.type === 'gru' && resetAfter)
    part.fail('resets after the product, which TensorFlow.js does not compute; it does with resetAfter false')
}

/** Weights of one direction, by their names there. */
function weightsOf(part: PartContext, kind: keyof typeof classNames, units: number, suffix: string) {
  const own = (name: string): Float32Array | undefined => part.weight(name + suffix)
  const [weight_ih, weight_hh] = [own('weight_ih')!, own('weight_hh')!]
  const weights: RecurrentWeights = { weight_ih, weight_hh, bias_ih: own('bias_ih'), bias_hh: own('bias_hh') }
  const rows = weight_hh.length / units
  const inputs = weight_ih.length / rows
  const { kernel, recurrentKernel, bias } = recurrentWeightsToKeras({ kind, inputs, units }, weights, false)
  const made: Record<string, KerasWeight> = {
    kernel: { shape: [inputs, rows], data: kernel },
    recurrent_kernel: { shape: [units, rows], data: recurrentKernel },
    ...(bias && { bias: { shape: [rows], data: bias } }),
  }
  return made
}

/** A recurrent layer that hands on its outputs or its last one. */
export const recurrent: Convert = (part) => {
  const { units, options = {} } = part.description as { units?: number; options?: Options }
  // Only a layer without parts of its own has a description here; its parts are norms.
  if (units === undefined) return part.fail('normalises within its steps, which has no equivalent in TensorFlow.js')
  checkForm(part, options)
  const kind = part.type as keyof typeof classNames
  const { layers = 1, bidirectional = false, outputs = 'all', dropout = 0, residual = false, activation } = options
  const { writer, name } = part
  let below = part.inOrder().layer
  for (let i = 0; i < layers; i++) {
    const own = layers === 1 ? name : `${name}_l${i}`
    const dropped = i > 0 && dropout > 0 ? writer.add('Dropout', `${own}_dropout`, [below], { rate: dropout }) : below
    const forward = weightsOf(part, kind, units, `_l${i}`)
    const config = {
      units,
      activation: activation ?? 'tanh',
      ...(kind !== 'rnn' && { recurrent_activation: 'sigmoid' }),
      use_bias: forward.bias !== undefined,
      ...(kind === 'lstm' && { unit_forget_bias: false }),
      ...(kind === 'gru' && { reset_after: false }),
      dropout: options.inputDropout ?? 0,
      recurrent_dropout: options.recurrentDropout ?? 0,
      return_sequences: outputs === 'all' || i < layers - 1,
      return_state: false,
      go_backwards: false,
      stateful: false,
      unroll: false,
    }
    let layer: string
    if (bidirectional) {
      const inner = `${own}_layer`
      const backward = weightsOf(part, kind, units, `_l${i}_reverse`)
      const both = [
        ...Object.entries(forward).map(([key, value]) => [`forward_${inner}/${key}`, value] as const),
        ...Object.entries(backward).map(([key, value]) => [`backward_${inner}/${key}`, value] as const),
      ]
      const wrapped = { class_name: classNames[kind], config: { name: inner, trainable: true, ...config } }
      layer = writer.add(
        'Bidirectional',
        own,
        [dropped],
        { merge_mode: 'concat', layer: wrapped },
        Object.fromEntries(both),
      )
    } else layer = writer.add(classNames[kind], own, [dropped], config, forward)
    below = residual && i > 0 ? writer.add('Add', `${own}_residual`, [layer, below]) : layer
  }
  return { layer: below, layout: { kind: 'same' }, nonNegative: kind === 'rnn' && activation === 'relu' }
}
