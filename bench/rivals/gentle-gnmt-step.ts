/** One step of GNMT's decoder, as when it translates; rivals/pytorch-gnmt-step.py has the same network and weights. */
import { countParameters, createModel, wasm } from '../../packages/gentle/src/entries/index.ts'
import { gnmt } from '../../packages/gentle/src/entries/models.ts'
import { makeDecoder } from '../../packages/gentle/src/train/decoder.ts'
import { serve, wideVectors } from '../serve.ts'

const [units, layers, tokens, sentences, beam, length] = [256, 2, 1000, 1, 4, 16]

await serve(async ({ threads }) => {
  const backend = await wasm({ threads, wideVectors })
  const sequence = { dtype: 'int32', shape: [], sequence: length } as const
  const network = gnmt({ sourceTokens: tokens, targetTokens: tokens, units, layers })
  const model = await createModel(
    network,
    { source: sequence, previous: sequence },
    {
      backend,
      initialValues: (name, shape) =>
        Float32Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          (_, i) => 0.1 * Math.sin(0.7 * i + name.length),
        ),
    },
  )
  const began = performance.now()
  const decoder = await makeDecoder(model, network, { sentences, beamSize: beam, length })
  await decoder.encode(
    Array.from({ length: sentences }, (_, n) => Int32Array.from({ length }, (_, i) => n * length + i)),
  )
  const rows = Int32Array.from({ length: sentences * beam }, (_, i) => i)
  const compileMilliseconds = performance.now() - began
  const { logProbabilities: first } = await decoder.step(rows, rows)
  return {
    version: `Node ${process.versions.node}`,
    threads,
    parameters: countParameters(model),
    compileMilliseconds,
    note: `compiled in ${Math.round(compileMilliseconds)} ms; first ${first[0].toFixed(4)}, ${first[(rows.length - 1) * tokens + 7].toFixed(4)}`,
    workPerStep: rows.length,
    step: async () => (await decoder.step(rows, rows)).logProbabilities[0],
  }
})
