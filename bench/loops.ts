/**
 * Loops: a training step of an LSTM of 128 units on 32 sequences, over 10 steps of time and over 1,000. Prints for each how long it takes to trace
 * and to compile, the step, the program's memory, with and without `rematerialize`, and the bar: 1,000 steps in all within 1.5 times the
 * time to compile 10 and a hundred times their step.
 */
import {
  type Backend,
  constant,
  type Graph,
  gradients,
  input,
  type Tensor,
  variable,
  wasm,
} from '../packages/gentle/src/entries/index.ts'
import { add, matmul, mul, scan, sigmoid, split, sub, sum, tanh } from '../packages/gentle/src/entries/ops.ts'

const [units, batch, inputs] = [128, 32, 128]

const drawn = (rows: number, columns: number, name: string) =>
  variable(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, (_, i) => 0.1 * Math.sin(i * 12.9898 + 1)),
    name,
  )

function trainingStep(steps: number, rematerialize?: number): Graph {
  const x = input([steps, batch, inputs])
  const [w, u, b] = [drawn(inputs, 4 * units, 'w'), drawn(units, 4 * units, 'u'), variable([4 * units], 0, 'b')]
  const zero = constant(0, [batch, units])
  const { outputs } = scan(
    ({ h, c }: { h: Tensor; c: Tensor }, row: Tensor) => {
      const [i, f, g, o] = split(add(add(matmul(row, w), matmul(h, u)), b), 4, 1)
      const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)))
      const next = mul(sigmoid(o), tanh(cell))
      return { state: { h: next, c: cell }, output: next }
    },
    { h: zero, c: zero } as { h: Tensor; c: Tensor },
    x,
    { rematerialize },
  )
  const loss = sum(mul(outputs, outputs))
  const parameters = [w, u, b]
  const slopes = gradients(loss, parameters)
  return {
    inputs: { x },
    outputs: { loss },
    updates: parameters.map((parameter, i) => [parameter, sub(parameter, mul(slopes[i], 1e-6))] as const),
  }
}

async function measure(backend: Backend, steps: number, repeats: number, rematerialize?: number) {
  const started = performance.now()
  const graph = trainingStep(steps, rematerialize)
  const traced = performance.now()
  const program = await backend.compile(graph)
  const compiled = performance.now()
  const x = new Float32Array(steps * batch * inputs).map((_, i) => Math.sin(i))
  const times: number[] = []
  for (let i = 0; i < repeats; i++) {
    const begun = performance.now()
    await program.run({ x })
    times.push(performance.now() - begun)
  }
  program.dispose()
  const step = Math.min(...times)
  const shown = (ms: number): string => ms.toFixed(1).padStart(8)
  console.log(
    `${String(steps).padStart(5)} steps${rematerialize === undefined ? '' : `, every ${rematerialize}-th kept`}: trace ${shown(traced - started)} ms, compile ${shown(compiled - traced)} ms, step ${shown(step)} ms, ${(program.bytes / 2 ** 20).toFixed(1)} MiB`,
  )
  return { compile: compiled - traced, step }
}

const backend = await wasm({ threads: 2 })
console.log(`LSTM of ${units} units, ${batch} sequences, ${backend.name}`)
await measure(backend, 10, 20)
const few = await measure(backend, 10, 200)
const many = await measure(backend, 1000, 8)
for (const rematerialize of [10, 32, 100]) await measure(backend, 1000, 4, rematerialize)
const bar = few.compile + 100 * few.step
console.log(
  `compile and one step of 1,000: ${(many.compile + many.step).toFixed(0)} ms, ${((many.compile + many.step) / bar).toFixed(2)} of compiling 10 and 100 of their steps (at most 1.5)`,
)
await backend.close()
