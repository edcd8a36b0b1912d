/** The file that somebody gives: opened by the worker, and what is told of it. */
import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useRef } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import { meantFile, type TensorSight } from './given-file.ts'
import type { ArchitecturesWorker, Opened } from './worker.ts'

export interface FoundFile {
  readonly path: string
  readonly file: File
}

export interface GivenFileState {
  readonly opened: ReadonlySignal<Opened | undefined>
  /** The tensor that is looked at. */
  readonly tensor: ReadonlySignal<TensorSight | undefined>
  /** What went wrong, in a sentence; '' where nothing did. */
  readonly failure: ReadonlySignal<string>
  readonly isReading: ReadonlySignal<boolean>
  /** Opens the file that is meant among those found. */
  take(find: () => Promise<readonly FoundFile[]>): Promise<void>
  lookAt(tensor: string): Promise<void>
}

/** @param onOpened called when a file was opened */
export function useGivenFile(worker: Remote<ArchitecturesWorker>, onOpened: (opened: Opened) => void): GivenFileState {
  const opened = useSignal<Opened | undefined>(undefined)
  const tensor = useSignal<TensorSight | undefined>(undefined)
  const failure = useSignal('')
  const isReading = useSignal(false)
  const done = useRef(onOpened)
  done.current = onOpened
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    failure.value = ''
    isReading.value = true
    try {
      await work()
    } catch (error) {
      failure.value = messageOf(error)
    }
    isReading.value = false
  }
  const look = async (name: string): Promise<void> => {
    tensor.value = await worker.lookAtTensor(name)
  }
  return {
    opened,
    tensor,
    failure,
    isReading,
    lookAt: (name) => attempt(() => look(name)),
    take: (find) =>
      attempt(async () => {
        const files = await find()
        if (files.length === 0) return
        const { path, file } = meantFile(files)
        const answer = await worker.openFile(path, file)
        opened.value = answer
        tensor.value = undefined
        done.current(answer)
        const [first] = answer.facts.tensors
        if (first !== undefined) await look(first.name)
      }),
  }
}
