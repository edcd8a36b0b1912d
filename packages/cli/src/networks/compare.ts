/** `gentle compare`: networks side by side, and the lecture's figures of how they grew. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Backend, wasm } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { growth, lectureNetworks } from 'gentle-dl/models'
import { networkNamed, publishedOf } from '../models/networks.ts'
import { reasonOf } from '../terminal/reason.ts'
import { dim, note, print, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { comparisonText } from './compare-text.ts'
import type { Compared, Comparison } from './comparison.ts'
import { secondsOfNetwork } from './measure.ts'

const counted = "counted from Gentle's networks; 2 FLOPs per multiply-add of convolutions and matrix products"

export interface CompareFlags {
  readonly json?: boolean
  readonly measure: boolean
  readonly svg?: string
  readonly out?: string
}

/** Runs the command. Gives the exit code. */
export async function compare(names: readonly string[], flags: CompareFlags): Promise<number> {
  const chosen = [...new Set(names.length > 0 ? names : lectureNetworks)].map((name) => networkNamed(name, 'classify'))
  const backend = flags.measure ? await wasm() : undefined
  const networks: Compared[] = []
  try {
    for (const { name, inputShape, classes, build } of chosen) {
      const layer = build({ classes, points: false })
      const { parameters, macs, flops, inferenceBytes } = summarize(layer, inputShape)
      if (backend !== undefined && process.stderr.isTTY) note(dim(`measuring ${name}`))
      networks.push({
        name,
        ...publishedOf(name),
        inputShape,
        classes,
        parameters,
        macs,
        flops,
        parameterBytes: 4 * parameters,
        inferenceBytes,
        ...(backend === undefined ? {} : { seconds: await secondsOfNetwork(backend, layer, inputShape, 1) }),
      })
    }
  } finally {
    await backend?.close()
  }
  const comparison: Comparison = {
    networks,
    growth: growth(),
    sources: { counted, ...(backend === undefined ? {} : { measured: measuredBy(backend) }) },
  }
  if (flags.svg !== undefined) {
    const { comparisonSvg } = await import('./compare-svg.ts')
    writePicture(flags.svg, comparisonSvg(comparison))
  }
  if (flags.out !== undefined) await writeAll(flags.out, comparison)
  print(flags.json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison, terminalWidth()))
  return exitCodes.done
}

const measuredBy = ({ name }: Backend): string =>
  `measured here: inference of one example, median of runs, ${name}, Node ${process.versions.node}`

function writePicture(file: string, picture: string): void {
  try {
    writeFileSync(file, picture)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${reasonOf(error, 'write')}`)
  }
}

async function writeAll(folder: string, comparison: Comparison): Promise<void> {
  const { accuracySvg, costSvg, growthSvg } = await import('./compare-svg.ts')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new UsageError(`--out ${folder} cannot be created: ${reasonOf(error, 'write')}`)
  }
  writePicture(join(folder, 'cost-by-year.svg'), costSvg(comparison))
  writePicture(join(folder, 'cost-by-accuracy.svg'), accuracySvg(comparison))
  writePicture(join(folder, 'growth.svg'), growthSvg(comparison))
  writePicture(join(folder, 'compare.json'), `${JSON.stringify(comparison, null, 2)}\n`)
}
