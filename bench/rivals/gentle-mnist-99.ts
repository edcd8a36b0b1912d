/** Gentle learns MNIST: a process a step, from its start to the result, with another seed each. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { serve } from '../serve.ts'

const script = fileURLToPath(new URL('../mnist-99.ts', import.meta.url))
const target = 0.99
let seed = 0

await serve(({ threads }) => ({
  version: `Node ${process.versions.node}`,
  threads,
  note: `every round trains with another seed, and counts only with ${100 * target} % or more of the test images right`,
  workPerStep: 1,
  step() {
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, `--seed=${++seed}`, '--json'], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`seed ${seed} failed: ${stderr.trim().split('\n').at(-1)}`)
    const { accuracy } = JSON.parse(stdout) as { accuracy: number }
    if (accuracy < target) throw new Error(`with seed ${seed} the test accuracy is ${(100 * accuracy).toFixed(2)} %`)
    return accuracy
  },
}))
