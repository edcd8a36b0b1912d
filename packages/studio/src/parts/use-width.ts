import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** The width of an element in pixels, for drawings whose letters keep their size; `usual` until it is known. */
export function useWidth<Shown extends HTMLElement>(usual: number): readonly [RefObject<Shown | null>, number] {
  const element = useRef<Shown>(null)
  const width = useSignal(usual)
  useLayoutEffect(() => {
    // It is told the first width, too, when the page is laid out: before it is drawn, and without laying it out here once more.
    const observer = new ResizeObserver(([{ target }]) => {
      if (target.clientWidth > 0) width.value = target.clientWidth
    })
    observer.observe(element.current!)
    return () => observer.disconnect()
  }, [])
  return [element, width.value]
}
