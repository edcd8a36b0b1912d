/**
 * `npm run bench:sequences [-- WORK...] [--rounds N]`: training steps of recurrent layers, two threads, beside PyTorch and TensorFlow.js, each a process of its own and in turns;
 * then the memory that a loop keeps for its backward pass, whole and with every 32nd state, and the time to compile the layers of a speech network.
 */
import { parseArgs } from 'node:util'
import { wasm } from '../packages/gentle/src/entries/index.ts'
import type { Benchmark, Row } from './benchmarks.ts'
import { type Contender, gentleNames, gentles } from './contenders.ts'
import { installRivals } from './install.ts'
import { type Measured, type Missing, measure } from './measure.ts'
import { median } from './median.ts'
import * as quantities from './quantities.ts'
import { machine } from './report.ts'
import { sequenceStep } from './sequence-step.ts'
import { type SequenceName, type SequenceWork, sequenceWork } from './sequence-work.ts'

const say = (message: string): void => console.error(`bench: ${message}`)

const threads = 2

const tensorflowJs: readonly Contender[] = ['cpu', 'wasm'].map((backend) => ({
  name: `tensorflow-js-${backend}`,
  title: `TensorFlow.js, ${backend}`,
  program: ['rivals/tensorflow-js-sequences.ts', `--${backend}`],
}))

/** PyTorch by its settings that may be faster: its threads wait for each other in every step of a loop. */
const pytorchs = (program: string): readonly Contender[] => [
  { name: 'pytorch', title: 'PyTorch', program: [program] },
  { name: 'pytorch-traced', title: 'PyTorch, traced', program: [program, '--traced'] },
  { name: 'pytorch-one-thread', title: 'PyTorch, one thread', program: [program, '--one-thread'] },
  {
    name: 'pytorch-traced-one-thread',
    title: 'PyTorch, traced, one thread',
    program: [program, '--traced', '--one-thread'],
  },
]

const pytorch = pytorchs('rivals/pytorch-sequences.py')
const pytorchNames = pytorch.map(({ name }) => name)

const rivals: Readonly<Record<SequenceName, readonly Contender[]>> = {
  'lstm-128': [...pytorch, ...tensorflowJs],
  'lstm-512': [...pytorch, ...tensorflowJs],
  'gru-256': pytorch,
}

function benchmarkOf(network: SequenceName): Benchmark {
  const { title, batch, parameters } = sequenceWork[network]
  return {
    name: network,
    kind: 'training',
    title,
    settings: { threads, batch, network },
    quantity: quantities.millisecondsPerBatch,
    parameters,
    contenders: [...gentles('rivals/gentle-sequences.ts'), ...rivals[network]],
  }
}

const ctc: Benchmark = {
  name: 'ctc',
  kind: 'training',
  title: 'Loss of CTC with its gradient, 500 steps of time, 29 symbols, targets of 80, batch 32',
  settings: { threads, batch: 32, network: 'ctc' },
  quantity: quantities.millisecondsPerBatch,
  contenders: [...gentles('rivals/gentle-ctc.ts'), ...pytorch],
}

const decoderStep: Benchmark = {
  name: 'gnmt-step',
  kind: 'inference',
  title: "One step of GNMT's decoder, 2 layers of 256 units, 1,000 tokens, a beam of 4",
  settings: { threads, batch: 4, network: 'gnmt-step' },
  quantity: quantities.millisecondsPerBatch,
  contenders: [...gentles('rivals/gentle-gnmt-step.ts'), ...pytorchs('rivals/pytorch-gnmt-step.py')],
}

const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`

function report(title: string, rows: readonly (Measured | Missing)[]): void {
  console.log(`\n${title}: milliseconds, the median (fastest and slowest round)`)
  const measured = rows.filter((row): row is Measured => 'amounts' in row)
  for (const { contender, amounts } of measured) console.log(`  ${contender.title.padEnd(28)} ${spread(amounts, 2)}`)
  const ours = measured.filter(({ contender }) => gentleNames.includes(contender.name))
  const against = (name: string, names: readonly string[]): void => {
    const [best] = measured
      .filter(({ contender }) => names.includes(contender.name))
      .sort((a, b) => median(a.amounts) - median(b.amounts))
    if (best === undefined) return
    for (const { contender, amounts } of ours)
      console.log(
        `  ${contender.title}, ${name}'s best (${best.contender.title}) by it: ${spread(
          amounts.map((amount, round) => best.amounts[round] / amount),
          2,
        )} x`,
      )
  }
  against('PyTorch', pytorchNames)
  against(
    'TensorFlow.js',
    tensorflowJs.map(({ name }) => name),
  )
  for (const row of rows) if ('reason' in row) console.log(`  ${row.contender.title}: ${row.reason}`)
}

/**
 * What a training step of an LSTM keeps for its backward pass over a thousand steps: what its program takes, less the inputs of the loop, its
 * outputs and the gradient to these, which are there in either way.
 */
async function memory(): Promise<void> {
  const backend = await wasm({ threads })
  const work: SequenceWork = { ...sequenceWork['lstm-128'], steps: 1000 }
  const { steps, batch, inputs, units } = work
  const around = steps * batch * (inputs + 2 * units) * 4
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
  const kept = async (rematerialize?: number) => {
    const { program, run } = await sequenceStep(backend, work, rematerialize)
    const times: number[] = []
    for (let i = 0; i < 4; i++) {
      const began = performance.now()
      await run()
      times.push(performance.now() - began)
    }
    const bytes = program.bytes - around
    program.dispose()
    return {
      bytes,
      shown: `${mebibytes(bytes)} beside ${mebibytes(around)}, ${Math.min(...times).toFixed(0)} ms a step`,
    }
  }
  const whole = await kept()
  console.log(`\nLSTM of ${units} units, training step, ${steps} steps of time, batch ${batch}: what it keeps`)
  console.log(`  whole: ${whole.shown}`)
  for (const every of [10, 32, 100]) {
    const { bytes, shown } = await kept(every)
    console.log(`  every ${every}: ${shown}; ${(bytes / whole.bytes).toFixed(3)} of the whole`)
  }
  await backend.close()
}

async function compiling(): Promise<void> {
  const backend = await wasm({ threads })
  console.log('\nGRU of 3 x 256 units in both directions, 400 steps of time, batch 16: trace and compile')
  for (const time of ['first', 'second', 'third']) {
    const { program, traceMilliseconds, compileMilliseconds } = await sequenceStep(backend, {
      ...sequenceWork['gru-256'],
      steps: 400,
    })
    program.dispose()
    console.log(`  ${time}: ${traceMilliseconds.toFixed(0)} ms and ${compileMilliseconds.toFixed(0)} ms`)
  }
  await backend.close()
}

async function main(): Promise<void> {
  const names = Object.keys(sequenceWork) as SequenceName[]
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '5' } },
    allowPositionals: true,
  })
  const rounds = Number(values.rounds)
  const benchmarks = [...names.map(benchmarkOf), ctc, decoderStep]
  const known = [...benchmarks.map(({ name }) => name), 'memory', 'compile']
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined || !(Number.isInteger(rounds) && rounds >= 1)) {
    say(
      unknown === undefined
        ? `--rounds ${values.rounds}; expected a whole number from 1 upwards`
        : `no work ${unknown}; expected some of ${known.join(', ')}`,
    )
    process.exitCode = 2
    return
  }
  const asked = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
  installRivals(say)
  const { processor, cores, platform, node } = machine()
  console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; ${rounds} rounds, ${threads} threads`)
  for (const benchmark of benchmarks.filter(({ name }) => asked(name))) {
    const rows: Row[] = benchmark.contenders.map((contender) => ({ benchmark, contender }))
    report(benchmark.title, await measure(benchmark, rows, rounds, say))
  }
  if (asked('memory')) await memory()
  if (asked('compile')) await compiling()
}

await main()
