import { useSignal } from '@preact/signals'
import { type Remote, releaseProxy, wrap } from 'comlink'
import { GentleError } from 'gentle-dl'
import { useEffect, useMemo } from 'preact/hooks'
import { LateWorker } from '../engine/late-worker.ts'
import type { PageWorkers } from './page-worker.ts'

/** A page's worker that did not start. */
export class WorkerError extends GentleError {}

/**
 * A page's worker, in which the engine computes, from when the page is drawn for as long as it is shown. Errors of its functions are those of its promises.
 * @param page its name
 * @throws WorkerError while the page is rendered, where the worker does not start: its promises would be pending forever.
 */
export function useWorker<Name extends keyof PageWorkers>(page: Name): Remote<PageWorkers[Name]> {
  const failure = useSignal<WorkerError | undefined>(undefined)
  const [worker, api] = useMemo(() => {
    const worker = new LateWorker(
      () => new Worker(new URL('./page-worker.ts', import.meta.url), { type: 'module', name: page }),
    )
    return [worker, wrap<PageWorkers[Name]>(worker)] as const
  }, [page])
  useEffect(() => {
    const fail = (event: Event): void => {
      const reason = (event as Partial<ErrorEvent>).message ?? 'its file did not come'
      failure.value = new WorkerError(`the engine of this page did not start: ${reason}`)
    }
    worker.addEventListener('error', fail)
    // What has answered once has started.
    worker.addEventListener('message', () => worker.removeEventListener('error', fail), { once: true })
    return () => {
      api[releaseProxy]()
      worker.terminate()
    }
  }, [worker, api])
  if (failure.value !== undefined) throw failure.value
  return api
}
