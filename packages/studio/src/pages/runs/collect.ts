/** Which of the files that somebody gives are runs. */

import { RunError, type RunTexts } from 'gentle-dl/inspect'
import type { FoundFile } from '../../parts/files-in-entries.ts'

/** A run in files that were dropped or chosen. */
export interface GivenRun {
  readonly name: string
  readonly texts: ReadonlyMap<string, File>
  readonly pictures: ReadonlyMap<string, File>
}

/** Files that are looked through, at most, and runs among them. */
export const mostFiles = 20_000
const mostRuns = 100

const megabyte = 2 ** 20
const [largestText, largestPicture] = [4 * megabyte, 16 * megabyte]

const told = new Set(['run.json', 'metrics.csv', 'summary.json'])

/** The folders that hold a metrics.csv. @throws RunError where there is none, or there are too many of them or of files. */
export function runsIn(files: readonly FoundFile[]): readonly GivenRun[] {
  if (files.length > mostFiles)
    throw new RunError(
      `There are more than ${mostFiles.toLocaleString('en')} files in what was given; open a folder nearer to the runs.`,
    )
  const folders = new Map<string, { texts: Map<string, File>; pictures: Map<string, File> }>()
  for (const { path, file } of files) {
    const [, folder = '', name = ''] = /^(?:(.*)\/)?([^/]*)$/s.exec(path) ?? []
    const isPicture = /\.(?:svg|png)$/.test(name) && file.size <= largestPicture
    if (!told.has(name) && !isPicture) continue
    const of = folders.get(folder) ?? { texts: new Map(), pictures: new Map() }
    folders.set(folder, of)
    ;(told.has(name) ? of.texts : of.pictures).set(name, file)
  }
  const runs = [...folders]
    .filter(([, { texts }]) => texts.has('metrics.csv'))
    .map(([folder, { texts, pictures }]) => ({ name: folder === '' ? 'run' : folder, texts, pictures }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  if (runs.length === 0)
    throw new RunError(
      `There is no metrics.csv in what was given${files.length === 1 ? `, '${files[0].path.slice(0, 80)}'` : ` (${files.length} files)`}; expected a folder that gentle train wrote, such as runs/classify/lenet5-mnist, or one with such folders in it.`,
    )
  if (runs.length > mostRuns)
    throw new RunError(`There are ${runs.length} runs in what was given; at most ${mostRuns} can be opened at a time.`)
  return runs
}

/** Reads the texts of a run. @throws RunError for a file that is too large, or gone. */
export async function textsOf({ name, texts, pictures }: GivenRun): Promise<RunTexts> {
  const files: Record<string, string> = {}
  for (const [file, content] of texts) {
    if (content.size > largestText)
      throw new RunError(`${name}/${file} has ${content.size} bytes; at most ${largestText} are read of such a file`)
    try {
      files[file] = await content.text()
    } catch {
      throw new RunError(`${name}/${file} cannot be read any more: it was moved or changed; open the folder again`)
    }
  }
  const changed = Math.max(...[...texts.values()].map(({ lastModified }) => lastModified))
  return { name, files, changed, pictures: [...pictures.keys()].sort() }
}
