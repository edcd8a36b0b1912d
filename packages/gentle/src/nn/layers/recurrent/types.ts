import type { LayerTypes } from '../../layer.ts'
import type { BatchNormOptions } from '../batch-norm.ts'
import { GRU, type GRUOptions } from './gru.ts'
import { LSTM, type LSTMOptions } from './lstm.ts'
import { RNN, type RNNOptions } from './rnn.ts'
import { SequenceBatchNorm } from './sequence-batch-norm.ts'

/** What builds these layers from their descriptions. */
export const recurrentTypes: LayerTypes = {
  rnn: ({ units, options }) => RNN(units as number, (options ?? {}) as RNNOptions),
  lstm: ({ units, options }) => LSTM(units as number, (options ?? {}) as LSTMOptions),
  sequenceBatchNorm: ({ options }) => SequenceBatchNorm((options ?? {}) as BatchNormOptions),
  gru: ({ units, options }) => GRU(units as number, (options ?? {}) as GRUOptions),
}
