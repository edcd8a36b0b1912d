import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** The width of an element in pixels, for drawings whose letters keep their size; `usual` until it is known. */
export function useWidth<Shown extends HTMLElement>(usual: number): readonly [RefObject<Shown | null>, number] {
  const element = useRef<Shown>(null)
  const width = useSignal(usual)
  useLayoutEffect(() => {
    const measure = (): void => {
      const { clientWidth } = element.current!
      if (clientWidth > 0) width.value = clientWidth
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element.current!)
    return () => observer.disconnect()
  }, [])
  return [element, width.value]
}
