import { effect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { plays } from '../parts/plays.ts'
import { address, replaceAddress } from './address.ts'
import { type FieldsOf, PageState, type Values } from './page-state.ts'
import { shownState } from './shown-state.ts'

/** Milliseconds without a change after which a state can be undone, and is in the address; browsers refuse addresses that change at every frame. */
const rest = 250

/** What somebody does to a control. */
const acts = ['pointerdown', 'pointermove', 'pointerup', 'click', 'input', 'change', 'keydown'] as const

/** Records what somebody changes while something plays, each change by itself. Gives what ends that. */
function recordWhilePlaying(state: Pick<PageState, 'query' | 'recordChange'>): () => void {
  const controller = new AbortController()
  const { signal } = controller
  let before: string | undefined
  let last = Number.NEGATIVE_INFINITY
  for (const act of acts) {
    // What changes between these two, the controls of the page change: nothing that plays comes between.
    const begin = (): void => {
      before = plays.peek() === 0 ? undefined : state.query.peek()
    }
    const end = ({ timeStamp }: Event): void => {
      if (before === undefined || plays.peek() === 0 || before === state.query.peek()) return
      state.recordChange(before, timeStamp - last < rest)
      last = timeStamp
    }
    addEventListener(act, begin, { signal, capture: true })
    addEventListener(act, end, { signal })
  }
  return () => controller.abort()
}

/**
 * The state of the page that is shown: from its address, and back into it when it has come to rest. The header's undo, redo and reset act on it; a playing is undone as one, but for what somebody changes meanwhile.
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
    const stopRecording = recordWhilePlaying(state)
    return () => {
      clearTimeout(timer)
      stopRecording()
      stopWriting()
      stopReading()
      shownState.value = undefined
    }
  }, [state])
  return state.values
}
