import { availableParallelism } from 'node:os'
import type { Settings } from './protocol.ts'
import {
  compileMilliseconds,
  gigaflops,
  imagesPerSecond,
  millisecondsPerBatch,
  peakMebibytes,
  type Quantity,
} from './quantities.ts'
import { type Predicting, predicting, trained } from './workload.ts'

/** A program that can do a benchmark's work: it speaks the protocol of protocol.ts. */
export interface Contender {
  readonly name: string
  readonly title: string
  /** The program, seen from bench/, with its own arguments. TypeScript runs in this Node, Python in the system's. */
  readonly program: readonly [file: string, ...options: string[]]
}

/** Work that contenders are compared by. The first one is Gentle, to which the others are related. */
export interface Benchmark {
  readonly name: string
  /** Name that it shares with others of its kind. */
  readonly kind: 'training' | 'inference' | 'compile' | 'memory' | 'matmul'
  readonly title: string
  readonly settings: Settings
  readonly quantity: Quantity
  /** What all must train, where anything is trained. */
  readonly parameters?: number
  readonly contenders: readonly [gentle: Contender, ...rivals: Contender[]]
}

/** A contender in a benchmark. */
export interface Row {
  readonly benchmark: Benchmark
  readonly contender: Contender
}

const pytorch = (program: string): Contender[] => [
  { name: 'pytorch', title: 'PyTorch', program: [program] },
  { name: 'pytorch-channels-last', title: 'PyTorch, channels last', program: [program, '--channels-last'] },
]

const trainingContenders: Benchmark['contenders'] = [
  { name: 'gentle', title: 'Gentle', program: ['rivals/gentle.ts'] },
  ...pytorch('rivals/pytorch.py'),
]

const lenet5Contenders: Benchmark['contenders'] = [
  ...trainingContenders,
  { name: 'convnetjs', title: 'ConvNetJS', program: ['rivals/convnetjs.ts'] },
  { name: 'jax-js', title: 'jax-js', program: ['rivals/jax-js.ts'] },
  { name: 'tensorflow-js', title: 'TensorFlow.js', program: ['rivals/tensorflow-js.ts'] },
]

const fileContenders: Benchmark['contenders'] = [
  { name: 'gentle', title: 'Gentle', program: ['rivals/gentle-inference.ts'] },
  { name: 'onnxruntime-web', title: 'onnxruntime-web', program: ['rivals/onnxruntime-web.ts'] },
  { name: 'onnxruntime-node', title: 'onnxruntime-node', program: ['rivals/onnxruntime-node.ts'] },
]

const cores = availableParallelism()

const training = (
  network: keyof typeof trained,
  title: string,
  batch: number,
  contenders = trainingContenders,
): Benchmark => ({
  name: `${network}-${batch}`,
  kind: 'training',
  title: `Training ${title}, batch ${batch}, ${cores} cores`,
  settings: { threads: cores, batch, network },
  quantity: imagesPerSecond,
  parameters: trained[network].parameters,
  contenders,
})

const inference = (network: Predicting, batch: number): Benchmark => ({
  name: `${network}-inference-${batch}`,
  kind: 'inference',
  title: `${predicting[network]} inference, batch ${batch}, ${cores} cores`,
  settings: { threads: cores, batch, network },
  quantity: millisecondsPerBatch,
  contenders: [...fileContenders, ...pytorch('rivals/pytorch-inference.py')],
})

export const benchmarks: readonly Benchmark[] = [
  training('lenet5', 'LeNet-5', 64, lenet5Contenders),
  training('lenet5', 'LeNet-5', 256, lenet5Contenders),
  training('resnet20', 'ResNet-20', 128),
  training('resnet18', 'ResNet-18', 32),
  ...(Object.keys(predicting) as Predicting[]).flatMap((network) => [inference(network, 1), inference(network, 8)]),
  {
    name: 'resnet50-compile',
    kind: 'compile',
    title: `ResNet-50 compile, batch 1, ${cores} cores`,
    settings: { threads: cores, batch: 1, network: 'resnet50' },
    quantity: compileMilliseconds,
    contenders: fileContenders,
  },
  {
    name: 'vgg16-memory',
    kind: 'memory',
    title: `VGG16 memory, batch 1, ${cores} cores`,
    settings: { threads: cores, batch: 1, network: 'vgg16' },
    quantity: peakMebibytes,
    contenders: fileContenders,
  },
  {
    name: 'matmul-512',
    kind: 'matmul',
    title: 'Matrix product 512 x 512 x 512, one core',
    settings: { threads: 1, batch: 0, network: '' },
    quantity: gigaflops,
    contenders: [
      { name: 'gentle', title: 'Gentle', program: ['rivals/gentle-matmul.ts'] },
      { name: 'peak', title: 'Multiply-add peak', program: ['peak.ts'] },
    ],
  },
]

export const allRows: readonly Row[] = benchmarks.flatMap((benchmark) =>
  benchmark.contenders.map((contender) => ({ benchmark, contender })),
)

export const rowName = ({ benchmark, contender }: Row): string => `${benchmark.name}/${contender.name}`

/**
 * Rows by name: a row's own, a benchmark's, a kind's or a contender's; all when there are none.
 * @throws RangeError for a name that is none of these.
 */
export function selectRows(names: readonly string[]): readonly Row[] {
  if (names.length === 0) return allRows
  const namesOf = (row: Row): string[] => [rowName(row), row.benchmark.name, row.benchmark.kind, row.contender.name]
  const known = new Set(allRows.flatMap(namesOf))
  for (const name of names)
    if (!known.has(name)) throw new RangeError(`no row ${name}; expected some of ${[...known].sort().join(', ')}`)
  return allRows.filter((row) => namesOf(row).some((name) => names.includes(name)))
}
