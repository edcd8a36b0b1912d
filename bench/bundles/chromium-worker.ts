/** Gentle trains in a worker of a page: it is asked to `prepare`, then for rounds, by messages, and gives one answer each. */
import { wasm } from '../../packages/gentle/src/entries/index.ts'
import { type Contender, makeSteps } from '../contender-steps.ts'
import type { Settings } from '../protocol.ts'
import { prepareTraining } from '../training-step.ts'

export type Question = { readonly prepare: Settings } | { readonly round: number }

let contender: Contender

async function prepare(settings: Settings): Promise<object> {
  const backend = await wasm({ threads: settings.threads })
  contender = { version: '', ...(await prepareTraining(backend, settings)) }
  const memory = crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated'
  return { ...contender, step: undefined, note: `a worker of a page that is ${memory}: ${backend.name}` }
}

self.addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  try {
    self.postMessage({ answer: await ('round' in data ? makeSteps(contender, data.round) : prepare(data.prepare)) })
  } catch (error) {
    self.postMessage({ error: String(error) })
  }
})
