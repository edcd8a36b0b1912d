/**
 * `node bench/rivals/onnxruntime-quantized.ts FILE.safetensors FILE.onnx [--data mnist] [--optimizations all|disabled]`: what onnxruntime-node computes from the ONNX file of a
 * network in 8 bits that `gentle export` wrote, beside the network itself, on the test examples of a data set.
 */
import { parseArgs } from 'node:util'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { openData } from '../../packages/cli/src/data/datasets.ts'
import { preprocessingOf } from '../../packages/cli/src/models/normalize.ts'
import { type OpenedModel, openAnyModel } from '../../packages/cli/src/models/open-model.ts'
import { preprocessed } from '../../packages/gentle/src/entries/data.ts'
import { input } from '../../packages/gentle/src/graph/tensor.ts'
import { traceInference } from '../../packages/gentle/src/nn/model.ts'
import { argmax } from '../../packages/gentle/src/ops/index.ts'
import { readBatches } from '../../packages/gentle/src/train/batches.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string', default: 'mnist' }, optimizations: { type: 'string', default: 'all' } },
})
const [file, onnx] = positionals
const opened = (await openAnyModel(file)) as OpenedModel
const { model } = opened
const [channels, height, width] = model.inputShape
const { test } = await openData(values.data, { seed: 0, size: [height, width], channels: channels as 1 | 3 })
const examples = preprocessed(test, preprocessingOf(file, opened, undefined))
const session = await InferenceSession.create(onnx, {
  graphOptimizationLevel: values.optimizations as 'all' | 'disabled',
  logSeverityLevel: 3,
})

const together = 100
const x = input([together, ...model.inputShape])
const logits = traceInference(model, x)
const program = await model.backend.compile({ inputs: { x }, outputs: { logits, answers: argmax(logits, 1) } })
const count = examples.length - (examples.length % together)
const classes = logits.shape[1]
let [different, furthest, largest] = [0, 0, 0]
for await (const { inputs } of readBatches(
  examples,
  Uint32Array.from({ length: count }, (_, i) => i),
  together,
)) {
  const own = await program.run({ x: inputs.x })
  const given = await session.run({ [session.inputNames[0]]: new Tensor('float32', inputs.x as Float32Array, x.shape) })
  const others = given[session.outputNames[0]].data as Float32Array
  for (const [i, logit] of (own.logits.data as Float32Array).entries()) {
    furthest = Math.max(furthest, Math.abs(logit - others[i]))
    largest = Math.max(largest, Math.abs(logit))
  }
  for (const [n, answer] of own.answers.data.entries()) {
    const row = others.subarray(n * classes, (n + 1) * classes)
    if (row.indexOf(Math.max(...row)) !== answer) different++
  }
}
console.log(
  `${different} of ${count} answers differ; the largest difference of two logits is ${furthest.toFixed(3)}, the largest logit ${largest.toFixed(1)}`,
)
program.dispose()
await model.backend.close()
