/** A script on onnxruntime-node that predicts one picture: a step is a process, from its start to the answer. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { networkFile } from '../exported-networks.ts'
import packages from '../package.json' with { type: 'json' }
import { photographs } from '../photographs.ts'
import { serve } from '../serve.ts'

const script = fileURLToPath(new URL('onnxruntime-predict.js', import.meta.url))

await serve(async ({ threads, network }) => {
  const args = [script, networkFile(network, 'onnx'), join(await photographs(), 'class0/0.jpg'), String(threads)]
  return {
    version: packages.dependencies['onnxruntime-node'],
    threads,
    note: 'with sharp, on the file that torch.onnx.export writes',
    workPerStep: 1,
    step() {
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(`the script failed: ${stderr.trim().split('\n').at(-1)}`)
      const [{ probability }] = JSON.parse(stdout) as { probability: number }[]
      return probability
    },
  }
})
