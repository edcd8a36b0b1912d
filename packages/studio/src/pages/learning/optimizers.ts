/** The optimizers and schedules that settings name. */
import {
  adam,
  constantRate,
  cosineDecay,
  linearDecay,
  type Optimizer,
  rmsProp,
  type Schedule,
  sgd,
  stepDecay,
} from 'gentle-dl'
import { decayFactor, decayParts, momentum, type Racer, type RacerName, type Settings, warmupOf } from './settings.ts'

function scheduleOf(settings: Settings, rate: number): Schedule {
  const warmup = warmupOf(settings)
  if (settings.schedule === 'steps')
    return stepDecay(rate, { every: Math.ceil(settings.steps / decayParts), factor: decayFactor, warmup })
  return { constant: constantRate, linear: linearDecay, cosine: cosineDecay }[settings.schedule](rate, { warmup })
}

const optimizers: Readonly<Record<RacerName, (learningRate: Schedule) => Optimizer>> = {
  sgd: (learningRate) => sgd({ learningRate }),
  momentum: (learningRate) => sgd({ learningRate, momentum }),
  rmsprop: (learningRate) => rmsProp({ learningRate }),
  adam: (learningRate) => adam({ learningRate }),
}

export const optimizerOf = ({ name, rate }: Racer, settings: Settings): Optimizer =>
  optimizers[name](scheduleOf(settings, rate))
