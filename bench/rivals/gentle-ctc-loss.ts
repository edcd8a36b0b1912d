/** The loss of CTC and its gradient to the logits; rivals/pytorch-ctc-loss.py has the same logits and targets. */
import { constant, ctc, gradients, input, variable, wasm } from '../../packages/gentle/src/entries/index.ts'
import { serve, wideVectors } from '../serve.ts'

const [examples, steps, symbols, labels] = [32, 500, 29, 80]

await serve(async ({ threads }) => {
  const backend = await wasm({ threads, wideVectors })
  const shape = [examples, steps, symbols]
  const size = examples * steps * symbols
  // Logits that come from outside each time: what depends on variables alone would be computed once.
  const logits = input(shape)
  const x = Float32Array.from({ length: size }, (_, i) => 3 * Math.sin(0.7 * i))
  const targets = constant(
    Array.from({ length: examples * labels }, (_, i) => 1 + ((i * i) % (symbols - 1))),
    [examples, labels],
    'int32',
  )
  const loss = ctc().of(logits, targets, { inputs: {}, target: targets })
  const slopes = variable(shape, 0)
  const began = performance.now()
  const program = await backend.compile({
    inputs: { x: logits },
    outputs: { loss },
    updates: [[slopes, gradients(loss, [logits])[0]]],
  })
  const compileMilliseconds = performance.now() - began
  const lossOf = async (): Promise<number> => (await program.run({ x })).loss.data[0]
  const first = await lossOf()
  return {
    version: `Node ${process.versions.node}`,
    threads,
    compileMilliseconds,
    note: `compiled in ${Math.round(compileMilliseconds)} ms; loss ${first.toFixed(3)}`,
    workPerStep: examples,
    step: lossOf,
  }
})
