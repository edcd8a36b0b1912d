/** Whether a run that goes on is the one that it was: its data, and how numbers are computed. */
import type { Backend, RunFolder, WasmOptions } from 'gentle-dl'
import { ArgumentError, wasm } from 'gentle-dl'
import { partNames } from 'gentle-dl/data'
import { changeOf, type KnownData } from '../data/digest.ts'
import type { Preparation } from '../tasks/task.ts'
import { UsageError } from '../terminal/usage.ts'
import { describedRun } from './run-folder.ts'
import type { Plan } from './settings.ts'

/** How a part of the data is not what it was when a run began; undefined where all are. */
export async function changeOfData(
  run: RunFolder,
  { splits, compared = splits }: Preparation,
): Promise<string | undefined> {
  const { examples = {}, digests } = describedRun(run) as Partial<KnownData>
  for (const name of partNames) {
    const how = await changeOf({ examples, digests }, name, compared[name])
    if (how !== undefined) return how
  }
  return undefined
}

/** @throws UsageError where a part of the data is not what it was. */
export async function checkSameData(run: RunFolder, { data }: Plan, prepared: Preparation): Promise<void> {
  const how = await changeOfData(run, prepared)
  if (how !== undefined)
    throw new UsageError(
      `${data} has changed since ${run.path} was begun: ${how}; a training goes on only with the same data: bring it back, or begin a new run`,
    )
}

/** How what a backend with them says of its arithmetic begins. */
const wideArithmetic = 'vectors of 256 bits'

const anyway = 'or go on with other last bits: --allow-other-width'

/** The arithmetic of machines without a fused multiply-add, which strict numerics compute everywhere. */
const unfused = 'vectors of 128 bits, no fused multiply-add'

/**
 * Opens the backend of a training. One that goes on computes as it did, to the last bit, unless another width is allowed: one that began without a fused
 * multiply-add does without it here.
 * @throws UsageError where this machine cannot.
 */
export async function openBackend(
  { threads, wideVectors, ...options }: Pick<WasmOptions, 'threads' | 'wideVectors' | 'strictNumerics'>,
  run: RunFolder | undefined,
  allowOtherWidth: boolean,
): Promise<Backend> {
  const before = run && describedRun(run).arithmetic
  const strictNumerics = options.strictNumerics === true || before === unfused
  const wide = before === undefined ? wideVectors : String(before).startsWith(wideArithmetic)
  const backend = await wasm({ threads, wideVectors: wide, strictNumerics }).catch((error) => {
    if (run === undefined || !(error instanceof ArgumentError) || wide !== true) throw error
    if (allowOtherWidth) return wasm({ threads })
    throw new UsageError(
      `${run.path} was trained with vectors of 256 bits; ${error.message.replace('; leave it out', '')}; continue it there, ${anyway}`,
    )
  })
  if (run === undefined || before === undefined || before === backend.arithmetic || allowOtherWidth) return backend
  await backend.close()
  throw new UsageError(
    `${run.path} was trained with ${before}, but this machine computes with ${backend.arithmetic}; continue it where it was begun, ${anyway}`,
  )
}
