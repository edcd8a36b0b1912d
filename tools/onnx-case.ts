/** One test case of the ONNX project: a model, and what its outputs are. */
import { type Backend, GentleError } from 'gentle-dl'
import { loadOnnx, type OnnxArray, type OnnxFeed } from 'gentle-dl/onnx'
import { arrayOf } from '../packages/gentle/src/formats/onnx/arrays.ts'
import { knownOf } from '../packages/gentle/src/formats/onnx/call.ts'
import { readTensorFile } from '../packages/gentle/src/formats/onnx/read-onnx.ts'

export interface Verdict {
  readonly verdict: 'right' | 'wrong' | 'refused' | 'error'
  /** What is wrong, or why it is refused; '' where it is right. */
  readonly reason: string
}

/** Files of tensors that go in, and that come out. */
export interface Case {
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
}

/** As the ONNX project compares: relative to the size of what is expected, and a little beside. */
const [relative, absolute] = [1e-3, 1e-6]

function arrayIn(file: Uint8Array, what: string): OnnxArray {
  const fail = (problem: string): never => {
    throw new GentleError(`${what} ${problem}`)
  }
  return arrayOf(knownOf(readTensorFile(file, what), fail))
}

/** How two arrays differ; '' where they are alike. */
function difference(found: OnnxArray, expected: OnnxArray): string {
  if (found.dtype !== expected.dtype) return `is ${found.dtype}; expected ${expected.dtype}`
  if (found.shape.join() !== expected.shape.join()) return `is [${found.shape}]; expected [${expected.shape}]`
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(found.data[i]), Number(expected.data[i])]
    const near = Math.abs(a - b) <= absolute + relative * Math.abs(b)
    if (!near && !Object.is(a, b) && a !== b) return `is ${a} at ${i}; expected ${b}`
  }
  return ''
}

export async function runCase(model: Uint8Array, cases: readonly Case[], backend: Backend): Promise<Verdict> {
  try {
    const loaded = await loadOnnx(model, { backend, name: 'model' })
    try {
      for (const { inputs, outputs } of cases) {
        const feed: Record<string, OnnxFeed> = {}
        inputs.forEach((file, i) => {
          const { name } = readTensorFile(file, `input ${i}`)
          const named = loaded.inputs.find((port) => port.name === name) ?? loaded.inputs[i]
          feed[named.name] = arrayIn(file, `input ${i}`)
        })
        const found = await loaded.run(feed)
        for (const [i, file] of outputs.entries()) {
          const { name } = loaded.outputs[i]
          const problem = difference(found[name], arrayIn(file, `output ${i}`))
          if (problem !== '') return { verdict: 'wrong', reason: `${name} ${problem}` }
        }
      }
      return { verdict: 'right', reason: '' }
    } finally {
      loaded.dispose()
      backend.release([...loaded.parameters.values(), ...loaded.state.values()])
    }
  } catch (error) {
    const { name, message } = error as Error
    return { verdict: error instanceof GentleError ? 'refused' : 'error', reason: `${name}: ${message}` }
  }
}
