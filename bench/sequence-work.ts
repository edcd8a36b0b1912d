/** What `sequences.ts` measures. The twins for PyTorch and TensorFlow.js read the same names. */
export interface SequenceWork {
  readonly title: string
  readonly cell: 'lstm' | 'gru'
  readonly units: number
  readonly layers: number
  readonly bidirectional: boolean
  /** Of time. */
  readonly steps: number
  readonly batch: number
  /** Numbers in an input of a step. */
  readonly inputs: number
  readonly parameters: number
}

const lstm = (units: number): SequenceWork => ({
  title: `LSTM of ${units} units, training step, 100 steps of time, batch 32`,
  cell: 'lstm',
  units,
  layers: 1,
  bidirectional: false,
  steps: 100,
  batch: 32,
  inputs: units,
  parameters: 4 * units * (2 * units + 2),
})

export const sequenceWork = {
  'lstm-128': lstm(128),
  'lstm-512': lstm(512),
  'gru-256': {
    title: 'GRU of 3 x 256 units in both directions, training step, 200 steps of time, batch 16',
    cell: 'gru',
    units: 256,
    layers: 3,
    bidirectional: true,
    steps: 200,
    batch: 16,
    inputs: 256,
    parameters: 2 * 3 * 256 * (256 + 256 + 2) + 2 * 2 * 3 * 256 * (512 + 256 + 2),
  },
} as const satisfies Record<string, SequenceWork>

export type SequenceName = keyof typeof sequenceWork

/** The rate is so small that weights stay as they are, and the loss finite. */
export const learningRate = 1e-6

export const sequenceInputs = ({ steps, batch, inputs }: SequenceWork): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: batch * steps * inputs }, (_, i) => Math.sin(i))
