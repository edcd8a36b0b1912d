/** Optimizers and groups of parameters as they are named on the command line. */
import {
  ArgumentError,
  adafactor,
  adam,
  adamW,
  lamb,
  lars,
  lion,
  type Optimizer,
  type ParameterGroup,
  sgd,
} from 'gentle-dl'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

export const optimizers = { sgd, adam, adamW, lion, lars, lamb, adafactor } as const

export type OptimizerName = keyof typeof optimizers

export const optimizerNames = Object.keys(optimizers) as OptimizerName[]

/** Those with a momentum to set. */
export const takesMomentum = (name: OptimizerName): boolean => name === 'sgd' || name === 'lars'

/** Those at whose rates no network's recipe hints. */
export const needsRate = (name: OptimizerName): boolean => !['sgd', 'adam', 'adamW'].includes(name)

/** Whether a rate for one is one for the other: SGD moves weights by gradients as they are, Adam by gradients over their size. */
export const areOfOneScale = (a: OptimizerName, b: OptimizerName): boolean => (a === 'sgd') === (b === 'sgd')

const groupKeys = { 'rate-factor': 'rateFactor', 'weight-decay': 'weightDecay' } as const

/** A group as `*.bias:weight-decay=0` names it. @throws UsageError for a text that is none. */
export function parseGroup(flag: string, text: string): ParameterGroup {
  const [, names, settings] = /^([^:]+):(.+)$/.exec(text) ?? []
  if (names === undefined)
    throw new UsageError(`${flag} is '${text}'; expected names:settings, such as '*.bias:weight-decay=0'`)
  const group: { parameters: string[]; rateFactor?: number; weightDecay?: number } = { parameters: names.split(',') }
  for (const part of settings.split(',')) {
    const [key, value = ''] = part.split('=')
    if (!Object.hasOwn(groupKeys, key)) throw unknownChoice(`setting of ${flag} ${text}:`, key, Object.keys(groupKeys))
    if (value === '' || !Number.isFinite(Number(value)))
      throw new UsageError(`${flag} ${text}: ${key} is '${value}'; expected a number`)
    group[groupKeys[key as keyof typeof groupKeys]] = Number(value)
  }
  return group
}

/** @throws UsageError for options out of range. */
export function makeOptimizer(
  name: OptimizerName,
  { momentum, ...options }: Parameters<typeof sgd>[0] & { readonly weightDecay?: number },
): Optimizer {
  try {
    return optimizers[name](takesMomentum(name) ? { ...options, momentum } : options)
  } catch (error) {
    if (error instanceof ArgumentError) throw new UsageError(error.message)
    throw error
  }
}
