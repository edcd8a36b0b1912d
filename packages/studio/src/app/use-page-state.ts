import { effect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { plays } from '../parts/plays.ts'
import { address, replaceAddress } from './address.ts'
import { type FieldsOf, PageState, type Values } from './page-state.ts'
import { shownState } from './shown-state.ts'

/** Milliseconds without a change after which a state can be undone, and is in the address; browsers refuse addresses that change at every frame. */
const rest = 250

/**
 * The state of the page that is shown: from its address, and back into it when it has come to rest. The header's undo, redo and reset act on it; a playing is undone as one.
 * @param fields all values of the page, the same object at each call
 */
export function usePageState<F extends FieldsOf<F>>(fields: F): Values<F> {
  const state = useMemo(() => new PageState(fields, address.peek().query), [fields])
  useEffect(() => {
    shownState.value = state as unknown as PageState
    const { page } = address.peek()
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = (): void => {
      clearTimeout(timer)
      timer = undefined
      if (plays.peek() === 0) state.record()
      replaceAddress({ page, query: state.query.peek() })
    }
    const stopWriting = effect(() => {
      void state.query.value
      // What was played comes to rest when it ends.
      void plays.value
      clearTimeout(timer)
      timer = setTimeout(settle, rest)
    })
    // Somebody changed the address: a link to another state of this page.
    const stopReading = effect(() => {
      const { page: shown, query } = address.value
      if (shown !== page || query === state.query.peek()) return
      state.load(query)
    })
    return () => {
      clearTimeout(timer)
      stopWriting()
      stopReading()
      shownState.value = undefined
    }
  }, [state])
  return state.values
}
