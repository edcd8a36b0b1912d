import { type Remote, releaseProxy, wrap } from 'comlink'
import { useEffect, useMemo } from 'preact/hooks'
import { LateWorker } from './late-worker.ts'

/**
 * A page's worker, in which the engine computes, from when the page is drawn for as long as it is shown. Errors of its functions are those of its promises.
 * @param start makes the worker, the same function at each call: `() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })`
 */
export function useWorker<Api>(start: () => Worker): Remote<Api> {
  const [worker, api] = useMemo(() => {
    const worker = new LateWorker(start)
    return [worker, wrap<Api>(worker)] as const
  }, [start])
  useEffect(
    () => () => {
      api[releaseProxy]()
      worker.terminate()
    },
    [worker, api],
  )
  return api
}
