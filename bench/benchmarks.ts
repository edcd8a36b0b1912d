import { availableParallelism } from 'node:os'
import { nearestNames } from '../packages/gentle/src/core/nearest-name.ts'
import type { Contender, Contenders } from './contenders.ts'
import * as contenders from './contenders.ts'
import type { Settings } from './protocol.ts'
import type { Quantity } from './quantities.ts'
import * as quantities from './quantities.ts'
import {
  type Convolved,
  convolved,
  type Predicting,
  predicting,
  type Training,
  trained,
  trainedLong,
} from './workload.ts'

/** Work that contenders are compared by. */
export interface Benchmark {
  readonly name: string
  /** Name that it shares with others of its kind. */
  readonly kind:
    | 'training'
    | 'training-long'
    | 'scaling-small'
    | 'inference'
    | 'inference-8-bit'
    | 'matmul'
    | 'convolution'
    | 'scaling'
    | 'chromium'
    | 'mnist-99'
    | 'data'
    | 'start'
    | 'memory-step'
    | 'remat'
    | 'first-step'
    | 'bundle'
    | 'compile'
    | 'memory'
  readonly title: string
  readonly settings: Settings
  readonly quantity: Quantity
  /** What all must train, where anything is trained. */
  readonly parameters?: number
  readonly contenders: Contenders
}

type Kind = Benchmark['kind']

/** A contender in a benchmark. */
export interface Row {
  readonly benchmark: Benchmark
  readonly contender: Contender
}

const cores = availableParallelism()

const steps = (network: Training, batch: number, threads = cores) => ({
  settings: { threads, batch, network },
  parameters: trained[network].parameters,
})

const training = (network: Training, batch: number, rivals = contenders.training): Benchmark => ({
  name: `${network}-${batch}`,
  kind: 'training',
  title: `Training ${trained[network].title}, batch ${batch}, ${cores} cores`,
  ...steps(network, batch),
  quantity: quantities.imagesPerSecond,
  contenders: rivals,
})

const inference = (network: Predicting, batch: number): Benchmark => ({
  name: `${network}-inference-${batch}`,
  kind: 'inference',
  title: `${predicting[network]} inference, batch ${batch}, ${cores} cores`,
  settings: { threads: cores, batch, network },
  quantity: quantities.millisecondsPerBatch,
  contenders: contenders.inference,
})

const inferenceInEightBits = (network: Predicting, batch: number): Benchmark => ({
  ...inference(network, batch),
  name: `${network}-8-bit-${batch}`,
  kind: 'inference-8-bit',
  title: `${predicting[network]} inference in 8 bits, batch ${batch}, ${cores} cores`,
  contenders: contenders.inferenceInEightBits,
})

const matmul = (size: number): Benchmark => ({
  name: `matmul-${size}`,
  kind: 'matmul',
  title: `Matrix product ${size} x ${size} x ${size}, one core`,
  settings: { threads: 1, batch: size, network: '' },
  quantity: quantities.gigaflops,
  contenders: contenders.matmul,
})

const convolution = (network: Convolved): Benchmark => ({
  name: `convolution-${network}`,
  kind: 'convolution',
  title: `Convolutions of ${convolved[network].title}, batch ${convolved[network].batch}, one core`,
  settings: { threads: 1, batch: convolved[network].batch, network },
  quantity: quantities.shareOfPeak,
  contenders: contenders.convolution,
})

const scaling = (network: Training, batch: number, name: string = network, kind: Kind = 'scaling'): Benchmark => ({
  name: `scaling-${name}`,
  kind,
  title: `Training ${trained[network].title}, batch ${batch}, on one thread and on two`,
  ...steps(network, batch, 2),
  quantity: quantities.imagesPerSecondOfMedianStep,
  contenders: contenders.scaling,
})

const stepMemory = (network: Training, batch: number): Benchmark => ({
  name: `memory-step-${network}`,
  kind: 'memory-step',
  title: `Memory of a training step of ${trained[network].title}, batch ${batch}, ${cores} threads`,
  settings: { threads: cores, batch, network },
  quantity: quantities.plannedMebibytes,
  contenders: contenders.stepMemory,
})

/** Training with values computed anew on the way back beside training that keeps them. */
const remat = (
  what: string,
  title: string,
  quantity: Quantity,
  rivals: Contenders = contenders.rematTraining,
): Benchmark => ({
  name: `remat-${what}`,
  kind: 'remat',
  title: `${title} of a training step of ResNet-50 with remat, batch 32, ${cores} cores`,
  settings: { threads: cores, batch: 32, network: 'resnet50' },
  quantity,
  contenders: rivals,
})

const firstStep = (name: string, of: string, program: string, settings: Settings): Benchmark => ({
  name: `first-step-${name}`,
  kind: 'first-step',
  title: `From the ${of} to the first result, batch ${settings.batch}, ${cores} cores`,
  settings,
  quantity: quantities.firstStepMilliseconds,
  contenders: [contenders.gentle(program)],
})

/** Any of torchvision's networks, or one of the vision tasks' presets, on square images of so many pixels. */
export const trainingOf = (
  network: string,
  size: number,
  batch: number,
  parameters: number,
  kind: Kind = 'training',
): Benchmark => ({
  name: `${network}-${size}-${batch}`,
  kind,
  title: `Training ${network} on ${size} x ${size} pixels, batch ${batch}, ${cores} cores`,
  settings: { threads: cores, batch, network, size },
  parameters,
  quantity: quantities.imagesPerSecond,
  contenders: contenders.training,
})

/** Batches that are fewer blocks of 8 images than there are threads. */
const smallBatches = [1, 2, 4]

export const benchmarks: readonly Benchmark[] = [
  training('lenet5', 64, contenders.lenet5Training),
  training('lenet5', 256, contenders.lenet5Training),
  training('lenet5', 96, contenders.lenet5Training),
  training('resnet20', 128),
  training('resnet18', 32),
  ...trainedLong.map(({ network, size, batch, parameters }) =>
    trainingOf(network, size, batch, parameters, 'training-long'),
  ),
  ...(Object.keys(predicting) as Predicting[]).flatMap((network) => [inference(network, 1), inference(network, 8)]),
  ...(Object.keys(predicting) as Predicting[]).flatMap((network) => [
    inferenceInEightBits(network, 1),
    inferenceInEightBits(network, 8),
  ]),
  matmul(256),
  matmul(512),
  matmul(1024),
  matmul(2048),
  ...(Object.keys(convolved) as Convolved[]).map(convolution),
  scaling('lenet5', 64),
  scaling('resnet20', 128),
  ...smallBatches.flatMap((batch) => [
    scaling('resnet20', batch, `resnet20-${batch}`, 'scaling-small'),
    scaling('resnet18', batch, `resnet18-${batch}`, 'scaling-small'),
  ]),
  {
    name: 'mnist-99',
    kind: 'mnist-99',
    title: `MNIST to 99.0 % on the test set, ${cores} cores`,
    settings: { threads: cores, batch: 0, network: '' },
    quantity: quantities.secondsToResult,
    contenders: contenders.mnist99,
  },
  {
    name: 'folder',
    kind: 'data',
    title: `A folder of JPEGs of 500 x 375: RandomResizedCrop 224, flip, normalize; batches of 64, ${cores} workers`,
    settings: { threads: cores, batch: 64, network: '' },
    quantity: quantities.imagesPerSecond,
    contenders: contenders.folder,
  },
  {
    name: 'folder-training',
    kind: 'data',
    title: `The same while ResNet-18 trains on it, batch 64, ${cores} cores`,
    settings: { threads: cores, batch: 64, network: 'resnet18' },
    quantity: quantities.shareOfWaiting,
    contenders: contenders.folderTraining,
  },
  {
    name: 'predict-once',
    kind: 'start',
    title: `ResNet-18 predicts a picture, from the start of the process to the answer, ${cores} cores`,
    settings: { threads: cores, batch: 1, network: 'resnet18' },
    quantity: quantities.secondsToResult,
    contenders: contenders.predictOnce,
  },
  stepMemory('lenet5', 64),
  stepMemory('resnet20', 128),
  stepMemory('resnet18', 32),
  stepMemory('resnet50', 8),
  stepMemory('vgg16', 8),
  remat('memory', 'Memory', quantities.plannedMebibytes, contenders.rematMemory),
  remat('resident', 'Resident memory', quantities.peakMebibytes),
  remat('speed', 'Speed', quantities.imagesPerSecond),
  firstStep('lenet5', 'network LeNet-5, in training,', 'rivals/gentle.ts', {
    threads: cores,
    batch: 64,
    network: 'lenet5',
  }),
  firstStep('resnet50', 'network ResNet-50, in training,', 'rivals/gentle.ts', {
    threads: cores,
    batch: 8,
    network: 'resnet50',
  }),
  firstStep('resnet50-inference', 'model ResNet-50, predicting,', 'rivals/gentle-inference.ts', {
    threads: cores,
    batch: 1,
    network: 'resnet50',
  }),
  {
    name: 'bundle',
    kind: 'bundle',
    title: 'What training LeNet-5 needs, bundled for a browser, minified, gzip -9',
    settings: { threads: 1, batch: 0, network: '' },
    quantity: quantities.gzippedKilobytes,
    contenders: contenders.bundle,
  },
  {
    name: 'chromium-lenet5',
    kind: 'chromium',
    title: `Training LeNet-5, batch 64, in Node and in Chromium, ${cores} cores`,
    ...steps('lenet5', 64),
    quantity: quantities.imagesPerSecond,
    contenders: contenders.chromium,
  },
  {
    name: 'resnet50-compile',
    kind: 'compile',
    title: `ResNet-50 compile, batch 1, ${cores} cores`,
    settings: { threads: cores, batch: 1, network: 'resnet50' },
    quantity: quantities.compileMilliseconds,
    contenders: contenders.fromFiles,
  },
  {
    name: 'vgg16-memory',
    kind: 'memory',
    title: `VGG16 memory, batch 1, ${cores} cores`,
    settings: { threads: cores, batch: 1, network: 'vgg16' },
    quantity: quantities.peakMebibytes,
    contenders: contenders.fromFiles,
  },
]

export const rowsOf = (benchmark: Benchmark): Row[] =>
  benchmark.contenders.map((contender) => ({ benchmark, contender }))

export const allRows: readonly Row[] = benchmarks.flatMap(rowsOf)

export const rowName = ({ benchmark, contender }: Row): string => `${benchmark.name}/${contender.name}`

/** Those that are measured only when they are asked for: each takes minutes. */
const long: ReadonlySet<Kind> = new Set(['training-long', 'remat'])

/**
 * Rows by name: a row's own, a benchmark's, a kind's or a contender's; without names all that do not take long.
 * @throws RangeError for a name that is none of these.
 */
export function selectRows(names: readonly string[]): readonly Row[] {
  if (names.length === 0) return allRows.filter(({ benchmark }) => !long.has(benchmark.kind))
  const namesOf = (row: Row): string[] => [rowName(row), row.benchmark.name, row.benchmark.kind, row.contender.name]
  const known = new Set(allRows.flatMap(namesOf))
  for (const name of names) {
    if (known.has(name)) continue
    const nearest = nearestNames(name, [...known]).slice(0, 5)
    throw new RangeError(`no row ${name}; nearest are ${nearest.join(', ')}; all are in bench/benchmarks.ts`)
  }
  return allRows.filter((row) => namesOf(row).some((name) => names.includes(name)))
}
