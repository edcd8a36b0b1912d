/** The data that a run was trained on, as its run.json tells it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { dataNames } from '../data/datasets.ts'
import { changeOf, type DataPart, type KnownData } from '../data/digest.ts'
import { areScenes } from '../data/scenes.ts'
import { commandLine } from '../terminal/invocation.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { type Settings, settingsOfFile } from '../train/settings.ts'

export interface DataOfRun extends KnownData {
  readonly settings: Settings & { readonly data: string }
}

/** Whether a path is not there, not even as the beginning of files, as that of one set of EMNIST. */
function isGone(path: string): boolean {
  const folder = dirname(path)
  return (
    !existsSync(path) &&
    !(existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(`${basename(path)}-`)))
  )
}

/** What the run was trained on. @throws UsageError for a place that is not a run, and where its data is not there any more. */
export function dataOfRun(place: string, command: 'eval' | 'predict' | 'quantize'): DataOfRun {
  const file = join(place, 'run.json')
  if (!existsSync(file))
    throw new UsageError(
      `${place} does not name its data, as a run folder does; name some: ${commandLine(command, place, '--data', 'NAME')}`,
    )
  const { settings: stored, examples = {}, digests } = JSON.parse(readFileSync(file, 'utf8'))
  const settings = settingsOfFile(stored, file)
  const { data } = settings
  if (data === undefined) throw new UsageError(`${file} names no data; give some with --data`)
  const [, path = data] = /^[a-z0-9]+:([^=,]+)$/.exec(data) ?? []
  if (!dataNames.includes(data) && !areScenes(data) && !data.includes(',') && isGone(path))
    throw new UsageError(
      `the data of ${place}, ${data}, is not there any more, or not as seen from this folder; say where it is with --data`,
    )
  return { settings: { ...settings, data }, examples, digests }
}

/** Tells which data is taken: of a part of which the run used some examples alone, these. */
export function noteData(
  { settings: { data, fraction, overfitBatches } }: DataOfRun,
  place: string,
  part: string,
): void {
  let used = ''
  if (fraction !== undefined && part === 'train') used = `, by --fraction ${fraction}`
  if (overfitBatches !== undefined && part !== 'test') used = `, by --overfit-batches ${overfitBatches}`
  const what = used === '' ? 'the data' : 'the examples alone'
  note(`${data}, ${part} part: ${what} that ${place} was trained on${used}; --data names other data`)
}

/** @throws UsageError where a part is not what it was when the run was trained. */
export async function checkSame({ settings: { data }, examples, digests }: DataOfRun, name: string, part: DataPart) {
  const how = await changeOf({ examples, digests }, name, part)
  if (how === undefined) return
  throw new UsageError(
    `${data} has changed since the run was trained: ${how}; --data ${data} takes it as it is now, and what was trained on may be among it`,
  )
}
