/** --fast-dev-run: everything that a training does, once, with one batch of each part; nothing is kept. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lossText, print } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { TrainFlags } from './choose-settings.ts'
import { flagOf } from './settings.ts'

/** Flags whose files nobody would find. */
const keeping = ['runDir', 'resume', 'tensorboard', 'profile'] as const

interface Summary {
  readonly train?: { readonly loss: number }
  readonly validation?: { readonly loss?: number }
  readonly test?: { readonly loss?: number }
}

/** @param train as the command does it, in a folder that is named */
export async function fastDevRun(flags: TrainFlags, train: (flags: TrainFlags) => Promise<number>): Promise<number> {
  const given = keeping.find((name) => flags[name])
  if (given !== undefined) throw new UsageError(`--fast-dev-run keeps nothing; leave ${flagOf(given)} out`)
  const folder = mkdtempSync(join(tmpdir(), 'gentle-fast-dev-run-'))
  const started = performance.now()
  try {
    const runDir = join(folder, 'run')
    const code = await train({
      ...flags,
      epochs: 1,
      headEpochs: flags.headEpochs && 0,
      runDir,
      quiet: (!flags.jsonLines && !flags.json) || flags.quiet,
    })
    if (code !== exitCodes.done) return code
    if (flags.quiet || flags.json || flags.jsonLines) return code
    const { train: learned, validation, test }: Summary = JSON.parse(readFileSync(join(runDir, 'summary.json'), 'utf8'))
    const losses = Object.entries({ training: learned, validation, test }).flatMap(([part, figures]) =>
      figures?.loss === undefined ? [] : [`${part} ${lossText(figures.loss)}`],
    )
    print(
      `fast dev run: one batch of training, validation and test, checkpoint, figures and report, all done in ${((performance.now() - started) / 1000).toFixed(1)} s${losses.length === 0 ? '' : `; loss: ${losses.join(', ')}`}. Nothing was kept.`,
    )
    return code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
