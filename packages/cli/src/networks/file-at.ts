/** A file as it is named on the command line: itself, or the weights of a run folder, the best where there are. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../terminal/usage.ts'

/** @throws UsageError where there is no such file, and for a folder without weights. */
export function fileAt(place: string): string {
  if (/^https?:/.test(place)) return place
  if (!existsSync(place)) throw new UsageError(`${place} does not exist; expected a file, or a run folder`)
  if (!statSync(place).isDirectory()) return place
  const within = [
    ...['best', 'last'].map((which) => join(place, 'weights', `${which}.safetensors`)),
    ...['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin', 'pytorch_model.bin.index.json'].map(
      (name) => join(place, name),
    ),
    join(place, 'model.json'),
  ].find((file) => existsSync(file))
  if (within === undefined) throw new UsageError(`${place} is a folder without weights; give a file`)
  return within
}
