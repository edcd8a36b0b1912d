/** Gentle trains in a worker of a page: it is asked to `prepare`, then for rounds, by messages, and gives one answer each. */
import { wasm } from '../../packages/gentle/src/index.ts'
import { type Contender, makeSteps } from '../contender-steps.ts'
import type { Settings } from '../protocol.ts'
import { prepareTraining } from '../training-step.ts'

export type Question = { readonly prepare: Settings; readonly wideVectors: boolean } | { readonly round: number }

let contender: Contender

async function prepare(settings: Settings, wideVectors: boolean): Promise<object> {
  const backend = await wasm({ threads: settings.threads, wideVectors })
  contender = { version: '', ...(await prepareTraining(backend, settings)) }
  const memory = crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated'
  return { ...contender, step: undefined, note: `a worker of a page that is ${memory}: ${backend.name}` }
}

self.addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  try {
    const answer = 'round' in data ? makeSteps(contender, data.round) : prepare(data.prepare, data.wideVectors)
    self.postMessage({ answer: await answer })
  } catch (error) {
    self.postMessage({ error: String(error) })
  }
})
