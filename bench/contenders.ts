import { availableParallelism } from 'node:os'
import type { Settings } from './protocol.ts'
import { lenet5 } from './workload.ts'

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
  readonly title: string
  readonly settings: Settings
  /** What one unit of the speed is: so many images, or operations, a second. */
  readonly unit: { readonly name: string; readonly work: number }
  /** What all must train, where anything is trained. */
  readonly parameters?: number
  readonly contenders: readonly [gentle: Contender, ...rivals: Contender[]]
}

/** A contender in a benchmark. */
export interface Row {
  readonly benchmark: Benchmark
  readonly contender: Contender
}

const lenet5Contenders = [
  { name: 'gentle', title: 'Gentle', program: ['rivals/gentle.ts'] },
  { name: 'pytorch', title: 'PyTorch', program: ['rivals/pytorch.py'] },
  {
    name: 'pytorch-channels-last',
    title: 'PyTorch, channels last',
    program: ['rivals/pytorch.py', '--channels-last'],
  },
  { name: 'convnetjs', title: 'ConvNetJS', program: ['rivals/convnetjs.ts'] },
  { name: 'jax-js', title: 'jax-js', program: ['rivals/jax-js.ts'] },
  { name: 'tensorflow-js', title: 'TensorFlow.js', program: ['rivals/tensorflow-js.ts'] },
] as const satisfies Benchmark['contenders']

const cores = availableParallelism()

const trainLenet5 = (batch: number): Benchmark => ({
  name: `lenet5-${batch}`,
  title: `Training LeNet-5, batch ${batch}, ${cores} cores`,
  settings: { threads: cores, batch },
  unit: { name: 'images/s', work: 1 },
  parameters: lenet5.parameters,
  contenders: lenet5Contenders,
})

export const benchmarks: readonly Benchmark[] = [
  trainLenet5(64),
  trainLenet5(256),
  {
    name: 'matmul-512',
    title: 'Matrix product 512 x 512 x 512, one core',
    settings: { threads: 1, batch: 0 },
    unit: { name: 'GFLOP/s', work: 1e9 },
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
 * Rows by name: a row's own, a benchmark's or a contender's; all when there are none.
 * @throws RangeError for a name that is none of these.
 */
export function selectRows(names: readonly string[]): readonly Row[] {
  if (names.length === 0) return allRows
  const namesOf = (row: Row) => [rowName(row), row.benchmark.name, row.contender.name]
  const known = new Set(allRows.flatMap(namesOf))
  for (const name of names)
    if (!known.has(name)) throw new RangeError(`no row ${name}; expected some of ${[...known].sort().join(', ')}`)
  return allRows.filter((row) => namesOf(row).some((name) => names.includes(name)))
}
