/** `gentle compare`: networks side by side, and the lecture's figures of how they grew. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Backend, wasm } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { networkNamed, publishedOf } from '../models/networks.ts'
import { shapeText } from '../terminal/shapes.ts'
import { bySource, wrapped } from '../terminal/sources.ts'
import { bold, bytes, dim, note, quantity, table, thousands } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import type { Compared, Comparison } from './comparison.ts'
import { growth } from './growth.ts'
import { secondsOfNetwork } from './measure.ts'

/** The networks of the lecture, in its order. */
const lecture = [
  ...['perceptron', 'mlp', 'lenet5', 'alexnet_original', 'alexnet', 'vgg16', 'vgg19', 'googlenet'],
  ...['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'],
] as const

const counted =
  'counted from the networks as Gentle builds them; 2 FLOPs a multiply-add of convolutions and matrix products'

export interface CompareFlags {
  readonly json?: boolean
  readonly measure: boolean
  readonly svg?: string
  readonly out?: string
}

/** Runs the command. Gives the exit code. */
export async function compare(names: readonly string[], flags: CompareFlags): Promise<number> {
  const chosen = [...new Set(names.length > 0 ? names : lecture)].map((name) => networkNamed(name, 'classify'))
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
  console.log(flags.json ? JSON.stringify(comparison, null, 2) : comparisonText(comparison))
  return exitCodes.done
}

const measuredBy = ({ name }: Backend): string =>
  `measured here: inference of one example, median of runs, ${name}, Node ${process.versions.node}`

function writePicture(file: string, picture: string): void {
  try {
    writeFileSync(file, picture)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message.split('\n')[0]}`)
  }
}

async function writeAll(folder: string, comparison: Comparison): Promise<void> {
  const { accuracySvg, costSvg, growthSvg } = await import('./compare-svg.ts')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new UsageError(`--out ${folder} cannot be made: ${(error as Error).message.split('\n')[0]}`)
  }
  writePicture(join(folder, 'cost-by-year.svg'), costSvg(comparison))
  writePicture(join(folder, 'cost-by-accuracy.svg'), accuracySvg(comparison))
  writePicture(join(folder, 'growth.svg'), growthSvg(comparison))
  writePicture(join(folder, 'compare.json'), `${JSON.stringify(comparison, null, 2)}\n`)
}

function comparisonText({ networks, growth: grown, sources }: Comparison): string {
  const measured = networks.some(({ seconds }) => seconds !== undefined)
  const header = [
    'network',
    'year',
    'input',
    'parameters',
    'multiply-adds',
    'FLOPs',
    'memory',
    ...(measured ? ['ms', 'GFLOP/s'] : []),
    'top-1',
  ]
  const rows = networks.map((network) => [
    network.name,
    String(network.year),
    shapeText(network.inputShape),
    quantity(network.parameters),
    quantity(network.macs),
    quantity(network.flops),
    bytes(network.parameterBytes + network.inferenceBytes),
    ...(network.seconds === undefined
      ? []
      : [(1000 * network.seconds).toFixed(2), (network.flops / network.seconds / 1e9).toFixed(1)]),
    network.top1 === undefined ? '-' : `${network.top1.value.toFixed(2)} %`,
  ])
  return [
    bold('Networks, for one example'),
    '',
    table([header, ...rows]),
    '',
    ...told([
      { of: 'parameters, multiply-adds, FLOPs', source: sources.counted },
      { of: 'memory', source: 'parameters, and the most activations at once in inference, in float32' },
      ...(sources.measured === undefined ? [] : [{ of: 'ms', source: sources.measured }]),
    ]),
    '',
    bold('Sources of years and accuracies'),
    ...told(networks.map(({ name, year, paper }) => ({ of: `${name} ${year}`, source: paper }))),
    ...told(
      networks.flatMap(({ name, top1 }) =>
        top1 === undefined ? [] : [{ of: `${name} ${top1.value} %`, source: top1.source }],
      ),
    ),
    '',
    bold('What training took: as the lecture tells it, and as counted here'),
    '',
    table([
      ['network', 'year', 'exaflops', 'counted', 'parameters', 'counted'],
      ...grown.map(({ name, year, exaflops, parameters, counted: here }) => [
        name,
        String(year),
        exaflops,
        here.exaflops.toFixed(1),
        `${thousands(parameters / 1e6)} M`,
        `${thousands(Math.round(here.parameters / 1e6))} M`,
      ]),
    ]),
    '',
    ...told(grown.map(({ name, source }) => ({ of: name, source }))),
    ...told(grown.map(({ counted: { network, how } }) => ({ of: `counted of ${network}`, source: how }))),
    dim('counted: 3 passes x 2 FLOPs x multiply-adds x examples'),
  ].join('\n')
}

/** Sources, a paragraph each. */
const told = (entries: Parameters<typeof bySource>[0]): string[] =>
  bySource(entries)
    .flatMap((line) => wrapped(line, 100))
    .map(dim)
