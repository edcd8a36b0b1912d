/** A file that somebody gives: opened by the worker, and what is told of it. */
import { batch, type ReadonlySignal, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useRef } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import type { FoundFile } from '../../parts/files-in-entries.ts'
import type { TensorSight } from './given-file.ts'
import type { GivenName } from './names.ts'
import type { ArchitecturesWorker, Opened } from './worker.ts'

export interface GivenFileState {
  readonly name: GivenName
  readonly opened: ReadonlySignal<Opened | undefined>
  /** The tensor that is looked at. */
  readonly tensor: ReadonlySignal<TensorSight | undefined>
  /** What went wrong, in a sentence; '' where nothing did. */
  readonly failure: ReadonlySignal<string>
  readonly isReading: ReadonlySignal<boolean>
  open(file: FoundFile): Promise<void>
  /** Shows what went wrong before a file could be opened. */
  fail(error: unknown): void
  /** Looks at a tensor that the file has. */
  lookAt(tensor: string): Promise<void>
}

/** @param onOpened called when a file was opened */
export function useGivenFile(
  worker: Remote<ArchitecturesWorker>,
  name: GivenName,
  onOpened: (opened: Opened) => void,
): GivenFileState {
  const opened = useSignal<Opened | undefined>(undefined)
  const tensor = useSignal<TensorSight | undefined>(undefined)
  const failure = useSignal('')
  const isReading = useSignal(false)
  const done = useRef(onOpened)
  done.current = onOpened
  /** The tensor that was asked for last. */
  const wanted = useRef('')
  const fail = (error: unknown): void => {
    failure.value = messageOf(error)
  }
  const lookAt = async (asked: string): Promise<void> => {
    wanted.current = asked
    try {
      const sight = await worker.lookAtTensor(name, asked)
      if (wanted.current === asked) tensor.value = sight
    } catch (error) {
      if (wanted.current === asked) fail(error)
    }
  }
  return {
    name,
    opened,
    tensor,
    failure,
    isReading,
    fail,
    lookAt,
    async open({ path, file }) {
      failure.value = ''
      isReading.value = true
      try {
        const answer = await worker.openFile(name, path, file)
        batch(() => {
          opened.value = answer
          tensor.value = undefined
          done.current(answer)
        })
        const [first] = answer.facts.tensors
        if (first !== undefined) await lookAt(first.name)
      } catch (error) {
        fail(error)
      }
      isReading.value = false
    },
  }
}
