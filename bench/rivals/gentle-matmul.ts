/** Gentle's product of two square matrices on one thread. */
import { input, wasm } from '../../packages/gentle/src/entries/index.ts'
import { matmul } from '../../packages/gentle/src/ops/index.ts'
import { serve, wideVectors } from '../serve.ts'

await serve(async ({ batch: size }) => {
  const backend = await wasm({ threads: 1, wideVectors })
  const a = input([size, size])
  const b = input([size, size])
  const program = await backend.compile({ inputs: { a, b }, outputs: { product: matmul(a, b) } })
  const values = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i))
  const feed = { a: values, b: values }
  return {
    version: `Node ${process.versions.node}`,
    threads: 1,
    workPerStep: 2 * size ** 3,
    step: async () => (await program.run(feed)).product.data[0],
  }
})
