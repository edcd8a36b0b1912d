/** Asks the worker for what is to be seen, and while the training plays for one step after another. */

import { effect, type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useEffect } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import type { Request } from './session.ts'
import { maxSteps } from './settings.ts'
import type { Snapshot } from './training.ts'
import type { NetworkWorker } from './worker.ts'

/** Milliseconds between two answers, and those that the worker computes for one. */
const [pause, computing] = [70, 45]

export interface Player {
  readonly playing: Signal<boolean>
  /** The step that is wanted, which follows the training while it plays. */
  readonly steps: Signal<number>
  /** Steps from one answer to the next while it plays. */
  readonly stride: ReadonlySignal<number>
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

export function useTraining(worker: Remote<NetworkWorker>, request: ReadonlySignal<Request>, player: Player) {
  const snapshot = useSignal<Snapshot | undefined>(undefined)
  const failure = useSignal('')
  useEffect(() => {
    const { playing, steps, stride } = player
    let [isOver, isRunning, answered] = [false, false, '']
    const run = async (): Promise<void> => {
      isRunning = true
      while (!isOver) {
        const wanted = request.peek()
        const key = JSON.stringify(wanted)
        const plays = playing.peek()
        if (!plays && key === answered) break
        const goal = plays ? Math.min(maxSteps, wanted.steps + stride.peek()) : wanted.steps
        const started = performance.now()
        try {
          const next = await worker.show({ ...wanted, steps: goal }, computing)
          if (isOver) return
          if (JSON.stringify(request.peek()) !== key) continue
          snapshot.value = next
          failure.value = ''
          const reached = next.divergence?.step ?? next.step
          if (plays) {
            steps.value = reached
            if (reached >= maxSteps || next.divergence !== undefined) playing.value = false
          } else if (next.step === goal || next.divergence !== undefined) answered = key
        } catch (error) {
          if (isOver) return
          failure.value = messageOf(error)
          playing.value = false
          answered = key
        }
        await wait(Math.max(0, started + (stride.peek() === 1 && plays ? 4 : 1) * pause - performance.now()))
      }
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
  }, [worker, request])
  return { snapshot, failure }
}
