/** What the page may do: threads need it to be isolated from others, and it works without a network once its service worker has its files. */
import { signal } from '@preact/signals'

/** Why the engine has one thread alone; '' where it may have more. */
export const singleThreaded = signal(
  crossOriginIsolated
    ? ''
    : 'This page is not cross-origin isolated: its host sends no COOP and COEP headers. The engine computes on one thread.',
)

/** When the page has nothing to do; soon, in browsers that do not tell. */
const idle = (): Promise<unknown> =>
  new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve as () => void))

/**
 * Registers the service worker, in builds alone, when the page that was asked for is shown, and lets it keep all files when the page rests: they are more than that needs. On a host without the
 * headers the page is loaded once more, by the worker, which adds them, unless somebody has begun to use it.
 */
export async function workOffline(): Promise<void> {
  if (!import.meta.env.PROD || navigator.serviceWorker === undefined) return
  if (crossOriginIsolated) await idle()
  try {
    await navigator.serviceWorker.register('./service-worker.js')
    const { active } = await navigator.serviceWorker.ready
    const tried = sessionStorage.getItem('isolated by reload') !== null
    if (!crossOriginIsolated && !tried) {
      // Not into somebody's work: the next visit is isolated.
      if (!navigator.userActivation?.hasBeenActive) {
        sessionStorage.setItem('isolated by reload', 'tried')
        return location.reload()
      }
      singleThreaded.value = 'The engine computes on one thread; on all of them when the page is loaded again.'
    }
    await idle()
    active?.postMessage('keep')
  } catch {
    // A browser that forbids service workers or storage shows the page all the same, on one thread.
  }
}
