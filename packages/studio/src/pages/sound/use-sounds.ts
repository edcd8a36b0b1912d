/** Sounds that somebody gives: what the microphone hears, files, and takes of words. */

import { useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useRef } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import type { Pixels } from '../../engine/pixels.ts'
import { saveFile } from '../../parts/save-file.ts'
import { useMicrophone } from '../../parts/use-microphone.ts'
import { joined } from './joined.ts'
import { soundIn } from './sound-in-file.ts'
import type { SoundWorker } from './worker.ts'

/** Seconds that are listened to: to be looked at, and as a take of a word. */
const [longestListening, takeSeconds] = [5, 1.6]

/** What is recorded: a word's take, or a sound to look at. */
type Recording = { readonly word: string } | 'sound'

export function useSounds(worker: Remote<SoundWorker>, onGiven: () => void) {
  const microphone = useMicrophone()
  const recording = useSignal<Recording | undefined>(undefined)
  const live = useSignal<Pixels | undefined>(undefined)
  const problem = useSignal('')
  const counts = useSignal<ReadonlyMap<string, number>>(new Map())
  /** Count changes, so that what depends on them is asked for anew. */
  const given = useSignal(0)
  const takes = useSignal(0)
  const heard = useRef<{ chunks: Float32Array<ArrayBuffer>[]; length: number; rate: number }>({
    chunks: [],
    length: 0,
    rate: 1,
  })

  const attempt = async (action: () => Promise<void>): Promise<void> => {
    problem.value = ''
    try {
      await action()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const count = (word: string, by: number): void => {
    const others = [...counts.peek()].filter(([each]) => each !== word)
    const now = (counts.peek().get(word) ?? 0) + by
    counts.value = new Map(now === 0 ? others : [...others, [word, now]])
    takes.value++
  }
  const markGiven = (): void => {
    given.value++
    onGiven()
  }

  /** Ends the recording, and takes what was heard. */
  const stop = async (): Promise<void> => {
    const what = recording.peek()
    const { chunks, length, rate } = heard.current
    recording.value = undefined
    live.value = undefined
    microphone.stop()
    if (what === undefined || length === 0) return
    const samples = joined(chunks)
    await attempt(async () => {
      if (what === 'sound') {
        await worker.give(samples, rate)
        markGiven()
      } else {
        await worker.addTake(what.word, samples, rate)
        count(what.word, 1)
      }
    })
  }
  const record = async (what: Recording): Promise<void> => {
    problem.value = ''
    heard.current = { chunks: [], length: 0, rate: 1 }
    recording.value = what
    const most = what === 'sound' ? longestListening : takeSeconds
    let [isDrawing, drawn] = [false, 0]
    await microphone.start((samples, rate) => {
      const now = heard.current
      now.chunks.push(samples)
      now.length += samples.length
      now.rate = rate
      if (now.length >= most * rate) return void stop()
      // A busy worker draws less often, but misses nothing: it is given all that came since.
      if (isDrawing) return
      isDrawing = true
      const since = joined(now.chunks.slice(drawn))
      const begins = drawn === 0
      drawn = now.chunks.length
      void worker.hearLive(since, rate, begins).then((pixels) => {
        isDrawing = false
        if (recording.peek() !== undefined) live.value = pixels
      })
    })
    if (microphone.state.peek() === 'off' && recording.peek() === what) recording.value = undefined
  }

  return {
    microphone,
    recording,
    live,
    problem,
    counts,
    given,
    takes,
    record,
    stop,
    openFile: (file: File | undefined): Promise<void> =>
      attempt(async () => {
        if (file === undefined) return
        await worker.giveFile(await soundIn(file), file.name)
        markGiven()
      }),
    addTakes: (word: string, files: readonly File[]): Promise<void> =>
      attempt(async () => {
        for (const file of files) {
          await worker.addTakeFile(word, await soundIn(file), file.name)
          count(word, 1)
        }
      }),
    removeTake: (word: string): Promise<void> =>
      attempt(async () => {
        await worker.removeTake(word)
        count(word, -1)
      }),
    saveTakes: (words: readonly string[]): Promise<void> =>
      attempt(async () => {
        for (const { name, bytes } of await worker.takeFiles(words)) saveFile(bytes, name)
      }),
  }
}
