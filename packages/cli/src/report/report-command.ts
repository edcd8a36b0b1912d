/** `gentle report`: what a run comes to, as one page, at any time. */
import { availableParallelism } from 'node:os'
import { GentleError, type RunFolder, wasm } from 'gentle-dl'
import type { NamedSettings, Preparation } from '../tasks/task.ts'
import { note, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { changeOfData } from '../train/check-resumed.ts'
import { prepare } from '../train/prepare.ts'
import { openRun, settingsOf } from '../train/run-folder.ts'
import { type Means, reportFile, reportText } from './write-report.ts'

/** Runs the command. Gives the exit code. @throws UsageError for what is not a run. */
export async function report(place: string, flags: { readonly json?: boolean }): Promise<number> {
  const run = openRun(place)
  const settings = settingsOf(run) as NamedSettings
  const found = await preparationOf(run, settings)
  const text = await withMeans(found, settings, (means) => reportText(run, means))
  run.write(reportFile, text)
  if (flags.json) console.log(JSON.stringify({ report: run.file(reportFile), bytes: Buffer.byteLength(text) }, null, 2))
  else print(run.file(reportFile))
  return exitCodes.done
}

/** The training as it was prepared, or why it cannot be again. */
async function preparationOf(run: RunFolder, settings: NamedSettings): Promise<Preparation | string> {
  if (!run.hasState()) return 'no epoch has ended yet'
  try {
    const prepared = await prepare(settings, { quiet: true }, { run, state: run.loadState() }, undefined)
    const how = await changeOfData(run, prepared)
    return how === undefined ? prepared : `the data, ${settings.data}, has changed since the training: ${how}`
  } catch (error) {
    if (!(error instanceof GentleError || error instanceof UsageError)) throw error
    return error.message
  }
}

async function withMeans<T>(
  found: Preparation | string,
  { threads = availableParallelism(), wideVectors, strictNumerics }: NamedSettings,
  use: (means: Means) => Promise<T>,
): Promise<T> {
  if (typeof found === 'string') {
    note(`pictures and what the model makes of the data are left out: ${found}`)
    return use({ missing: found })
  }
  const backend = await wasm({ threads: Math.min(threads, availableParallelism()), wideVectors, strictNumerics })
  try {
    return await use({ prepared: found, backend })
  } finally {
    await backend.close()
  }
}
