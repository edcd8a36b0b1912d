import type { Settings } from '../../src/pages/network/settings.ts'

/** As the page of the network begins. */
export const initialSettings: Settings = {
  data: 'rings',
  ownTask: 'classes',
  classes: 2,
  noise: 0.08,
  seed: 1,
  own: [],
  hidden: [4, 3],
  activation: 'tanh',
  optimizer: 'sgd',
  rate: 0.1,
  batchSize: 10,
  weightDecay: 0,
}

/** Of a network whose numbers are few. */
export const settings: Settings = { ...initialSettings, hidden: [3], batchSize: 50 }
