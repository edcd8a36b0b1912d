/** What a run folder tells of how it came about: run.json. */
import { availableParallelism, cpus } from 'node:os'
import type { Backend } from 'gentle-dl'
import type { Preparation } from '../tasks/task.ts'
import { version } from '../version.ts'
import { runFormat } from './run-folder.ts'
import type { Plan } from './settings.ts'

/** run.json: of a run that goes on, what is there and what changed. */
export function describeRun(
  plan: Plan,
  { splits: { train, validation, test }, monitor, scoreName, isShare = true }: Preparation,
  backend: Backend,
  ranks: number | undefined,
  earlier?: Record<string, unknown>,
) {
  const now = new Date().toISOString()
  const made = {
    command: process.argv.slice(2),
    versions: { gentle: version, node: process.versions.node },
    machine: {
      platform: process.platform,
      architecture: process.arch,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
    },
    examples: { train: train.length, validation: validation.length, test: test.length },
    backend: backend.name,
    started: now,
  }
  const arithmetic = backend.arithmetic
  return {
    ...(earlier === undefined ? made : { ...earlier, resumed: now }),
    format: runFormat,
    // Processes that train together, where mpirun or srun started them.
    ranks,
    arithmetic,
    // What the best epoch is chosen by, as it stands in the history, and how it is told.
    score: { monitor, name: scoreName, isShare },
    settings: plan,
  }
}
