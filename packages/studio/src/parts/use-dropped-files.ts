/** Files that are dropped on the window or pasted. */
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

type Take = (files: readonly File[], entries: readonly FileSystemEntry[], target: Element) => void

/** What was given while a page was loading, for that page. */
let early: { readonly page: string; readonly given: Parameters<Take> } | undefined

const shownPage = (): string => location.hash.replace(/\?.*/s, '')

/** Keeps files that are dropped or pasted while a page is loading: without this the browser would leave the studio to show them. `useDroppedFiles` of that page takes them. */
export function useEarlyFiles(): void {
  useDroppedFiles((...given) => {
    early = { page: shownPage(), given }
  })
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/** Refuses files that are dropped where nothing takes them: the browser would leave the studio, and what was trained in it, to show them. */
export function useRefusedFiles(): void {
  useEffect(() => {
    const controller = new AbortController()
    const refuse = (event: DragEvent): void => {
      if (event.defaultPrevented || !hasFiles(event)) return
      event.preventDefault()
      event.dataTransfer!.dropEffect = 'none'
    }
    for (const type of ['dragenter', 'dragover', 'drop'] as const)
      addEventListener(type, refuse, { signal: controller.signal })
    return () => controller.abort()
  }, [])
}

/**
 * Calls `take` with files that are dropped anywhere on the page, or pasted, and what they are dropped on; what is dropped comes as entries, too, among which there may be folders. What is pasted
 * without a file is left to the field that it is meant for. What was given while the page was loading is taken first.
 * @returns whether something is held over the page
 */
export function useDroppedFiles(take: Take): ReadonlySignal<boolean> {
  const over = useSignal(false)
  const latest = useRef(take)
  latest.current = take
  // Not an effect, which waits for the next frame: meanwhile nothing would listen.
  useLayoutEffect(() => {
    if (early?.page === shownPage()) {
      const { given } = early
      early = undefined
      latest.current(...given)
    }
    const controller = new AbortController()
    const { signal } = controller
    // Without this the browser would leave the page to show the file.
    const hold = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      event.dataTransfer!.dropEffect = 'copy'
      over.value = true
    }
    addEventListener('dragenter', hold, { signal })
    addEventListener('dragover', hold, { signal })
    addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) over.value = false
      },
      { signal },
    )
    addEventListener(
      'drop',
      (event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        over.value = false
        // To be asked for at once: later the browser has forgotten them.
        const { files, items } = event.dataTransfer!
        const entries = [...items].map((item) => item.webkitGetAsEntry())
        latest.current(
          [...files],
          entries.filter((entry) => entry !== null),
          event.target as Element,
        )
      },
      { signal },
    )
    addEventListener(
      'paste',
      (event) => {
        const files = [...(event.clipboardData?.files ?? [])]
        if (files.length === 0) return
        event.preventDefault()
        latest.current(files, [], document.body)
      },
      { signal },
    )
    return () => controller.abort()
  }, [])
  return over
}
