/** Asks the worker for one epoch after another, until as many are learned as are wanted. */

import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'

export interface Learning<Request extends { readonly epochs: number }, Answer> {
  readonly request: ReadonlySignal<Request>
  /** The epochs that are wanted: they follow the training while it plays. */
  readonly epochs: Signal<number>
  readonly most: number
  readonly playing: Signal<boolean>
  /** Trains at most one epoch. */
  ask(request: Request): Promise<Answer>
}

export function useLearning<
  Request extends { readonly epochs: number },
  Answer extends { readonly epochs: readonly unknown[] },
>({ request, epochs, most, playing, ask }: Learning<Request, Answer>) {
  const answer = useSignal<Answer | undefined>(undefined)
  const failure = useSignal('')
  const busy = useSignal(false)
  useEffect(() => {
    let [isOver, isRunning, answered] = [false, false, '']
    const run = async (): Promise<void> => {
      isRunning = true
      while (!isOver) {
        const wanted = request.peek()
        const key = JSON.stringify(wanted)
        const plays = playing.peek()
        if (!plays && key === answered) break
        const goal = plays ? Math.min(most, (answer.peek()?.epochs.length ?? 0) + 1, wanted.epochs + 1) : wanted.epochs
        busy.value = true
        try {
          const next = await ask({ ...wanted, epochs: goal })
          if (isOver) return
          if (JSON.stringify(request.peek()) !== key) continue
          answer.value = next
          failure.value = ''
          const { length } = next.epochs
          if (plays) {
            if (length > wanted.epochs) epochs.value = length
            if (length >= most) playing.value = false
          } else if (length >= goal) answered = key
        } catch (error) {
          if (isOver) return
          failure.value = messageOf(error)
          playing.value = false
          answered = key
        }
      }
      busy.value = false
      isRunning = false
    }
    const stop = effect(() => {
      void request.value
      void playing.value
      if (!isRunning) void run()
    })
    return () => {
      isOver = true
      stop()
    }
  }, [request])
  return { answer, failure, busy }
}
