/**
 * `node bench/quantized.ts [NETWORK...] [--batch 1,8] [--seconds N] [--threads N]`: predictions of networks in 8 bits beside float32, in turns in one process; the fastest of
 * each counts, and the one of the least processor time of all threads, which other programs disturb less. Weights are random: time does not depend on them.
 */
import { parseArgs } from 'node:util'
import { createModel, type Input, input, type Model, Quantized, wasm } from '../packages/gentle/src/entries/index.ts'
import { networks } from '../packages/gentle/src/entries/models.ts'
import { quantizedPlaces } from '../packages/gentle/src/nn/layers/quantized.ts'
import { traceInference } from '../packages/gentle/src/nn/model.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1,8' },
    seconds: { type: 'string', default: '6' },
    threads: { type: 'string', default: '2' },
  },
})
const all = ['alexnet', 'vgg16', 'googlenet', 'resnet18', 'resnet50', 'mobilenet_v2']
const backend = await wasm({ threads: Number(values.threads) })
console.log(backend.name)

const programOf = (model: Model, examples: number) => {
  const x: Input = input([examples, ...model.inputShape])
  return backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
}

for (const name of positionals.length > 0 ? positionals : all) {
  const { build, inputShape } = networks[name]
  const model = await createModel(build({}), inputShape, { backend })
  const x = input([1, ...inputShape])
  const ranges = Object.fromEntries(
    quantizedPlaces(traceInference(model, x), x).map((place) => [place.name, { scale: 0.05, zeroPoint: 32 }]),
  )
  const small = { ...model, layer: Quantized(model.layer, { ranges }) }
  for (const batch of values.batch.split(',').map(Number)) {
    const feed = { x: Float32Array.from({ length: batch * inputShape.reduce((a, b) => a * b) }, () => Math.random()) }
    const programs = [await programOf(model, batch), await programOf(small, batch)]
    const fastest = programs.map(() => ({
      milliseconds: Number.POSITIVE_INFINITY,
      ofProcessor: Number.POSITIVE_INFINITY,
    }))
    const end = performance.now() + 1000 * Number(values.seconds)
    for (let round = 0; round < 4 || performance.now() < end; round++)
      for (const [i, program] of programs.entries()) {
        const [start, before] = [performance.now(), process.cpuUsage()]
        await program.run(feed)
        const milliseconds = performance.now() - start
        const { user, system } = process.cpuUsage(before)
        fastest[i].milliseconds = Math.min(fastest[i].milliseconds, milliseconds)
        fastest[i].ofProcessor = Math.min(fastest[i].ofProcessor, (user + system) / 1000)
      }
    const [floats, integers] = fastest
    const compared = (of: 'milliseconds' | 'ofProcessor'): string =>
      `float32 ${floats[of].toFixed(2)} ms, 8 bits ${integers[of].toFixed(2)} ms, ${(floats[of] / integers[of]).toFixed(2)} times as fast`
    console.log(`${name}, batch ${batch}: ${compared('milliseconds')}; processor time: ${compared('ofProcessor')}`)
    for (const program of programs) program.dispose()
  }
  backend.release([...model.parameters.values(), ...model.state.values()])
}
await backend.close()
