/** Trains the classifier and asks for what it gets wrong. */

import { batch, type ReadonlySignal, useComputed, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { messageOf } from '../../engine/message-of.ts'
import type { Labelled } from './collection.ts'
import type { Judgement } from './judged.ts'
import { noProgress, type Progress } from './progress.ts'
import type { Settings } from './settings.ts'
import type { PicturesWorker } from './worker.ts'

/** What the training depends on. */
export interface Wanted {
  readonly labelled: Labelled
  readonly settings: Settings
  /** The file of the trunk; '' without one. */
  readonly trunk: string
}

export function useClassifier(worker: Remote<PicturesWorker>, wanted: ReadonlySignal<Wanted>) {
  const progress = useSignal<Progress>(noProgress)
  const playing = useSignal(false)
  const judgement = useSignal<Judgement | undefined>(undefined)
  const failure = useSignal('')
  /** What the classifier that there is was trained on; '' where there is none. */
  const trainedOn = useSignal('')
  const key = useComputed(() => JSON.stringify(wanted.value))
  const isOld = useComputed(() => trainedOn.value !== key.value)

  const train = async (epochs: number): Promise<void> => {
    if (playing.peek()) return
    const { labelled, settings } = wanted.peek()
    batch(() => {
      failure.value = ''
      if (isOld.peek()) {
        judgement.value = undefined
        progress.value = noProgress
      }
      trainedOn.value = key.peek()
      playing.value = true
    })
    try {
      await worker.train(labelled, settings, epochs)
      if (progress.peek().epochs > 0) judgement.value = await worker.judge()
    } catch (error) {
      batch(() => {
        failure.value = messageOf(error)
        trainedOn.value = ''
        judgement.value = undefined
        progress.value = noProgress
      })
      await worker.restart()
    } finally {
      playing.value = false
    }
  }
  const restart = async (): Promise<void> => {
    await worker.restart()
    batch(() => {
      progress.value = noProgress
      judgement.value = undefined
      trainedOn.value = ''
    })
  }
  return { progress, playing, judgement, failure, isOld, train, restart, pause: () => void worker.pause() }
}
