/** The data sets that can be named on the command line. */
import { existsSync } from 'node:fs'
import { idxFolder, mnist, type Splits, type ToyName, toyNames, toySplits } from 'gentle-dl/data'
import { unknownChoice } from './usage.ts'

export const dataNames = ['mnist', 'idx:DIR', ...toyNames]

/**
 * Opens a data set by name: mnist, a folder of IDX files (idx:DIR, or its path alone), or a toy set. Its validation part is split off by the seed where it has none.
 * @throws UsageError for a name that no data set has.
 */
export function openData(name: string, { seed, validation }: { seed: number; validation?: number }): Promise<Splits> {
  if (name === 'mnist') return mnist({ seed, validation })
  if (name.startsWith('idx:')) return idxFolder(name.slice(4), { seed, validation })
  if ((toyNames as readonly string[]).includes(name)) return Promise.resolve(toySplits(name as ToyName, seed))
  if (existsSync(name)) return idxFolder(name, { seed, validation })
  throw unknownChoice('data set', name, dataNames)
}

/** Whether examples are points in a plane. */
export const arePoints = ({ train }: Splits): boolean => train.inputShape.length === 1
