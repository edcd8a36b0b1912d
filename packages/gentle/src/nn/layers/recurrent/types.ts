import type { LayerTypes } from '../../layer.ts'
import { GRU, type GRUOptions } from './gru.ts'
import { LSTM, type LSTMOptions } from './lstm.ts'
import { RNN, type RNNOptions } from './rnn.ts'

/** What builds these layers from their descriptions. */
export const recurrentTypes: LayerTypes = {
  rnn: ({ units, options }) => RNN(units as number, (options ?? {}) as RNNOptions),
  lstm: ({ units, options }) => LSTM(units as number, (options ?? {}) as LSTMOptions),
  gru: ({ units, options }) => GRU(units as number, (options ?? {}) as GRUOptions),
}
