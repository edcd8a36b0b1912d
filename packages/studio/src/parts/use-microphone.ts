/** The microphone: on from when somebody presses until they stop it or leave the page. */
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import processor from '../engine/microphone-processor.ts?worker&url'

export interface Microphone {
  readonly state: ReadonlySignal<'off' | 'asking' | 'on'>
  /** Why it is not on, in a sentence; '' where nothing went wrong. */
  readonly problem: ReadonlySignal<string>
  /** @param hear called with samples of one channel as they come, and how many there are a second */
  start(hear: (samples: Float32Array<ArrayBuffer>, sampleRate: number) => void): Promise<void>
  stop(): void
}

const problems: Readonly<Record<string, string>> = {
  NotFoundError: 'There is no microphone on this machine.',
  NotAllowedError: 'The browser was not allowed to use the microphone. Allow it for this page, then press again.',
  NotReadableError: 'The microphone is in use by another program. Close that, then press again.',
}

/** A microphone for as long as the component is shown; it is asked for by `start` alone. */
export function useMicrophone(): Microphone {
  const state = useSignal<'off' | 'asking' | 'on'>('off')
  const problem = useSignal('')
  const open = useRef<{ readonly stream: MediaStream; readonly context: AudioContext } | undefined>(undefined)
  const gone = useRef(false)
  const stop = (): void => {
    for (const track of open.current?.stream.getTracks() ?? []) track.stop()
    void open.current?.context.close()
    open.current = undefined
    state.value = 'off'
  }
  const start: Microphone['start'] = async (hear) => {
    if (state.peek() !== 'off') return
    problem.value = ''
    if (navigator.mediaDevices === undefined) {
      problem.value = 'This browser gives pages a microphone only over https or on this machine itself.'
      return
    }
    state.value = 'asking'
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } })
      if (gone.current || state.peek() !== 'asking') {
        for (const track of stream.getTracks()) track.stop()
        return
      }
      const context = new AudioContext()
      open.current = { stream, context }
      // A microphone that is unplugged, or that the browser takes back.
      stream.getTracks()[0].addEventListener('ended', stop)
      await context.audioWorklet.addModule(processor)
      const collector = new AudioWorkletNode(context, 'collector', { numberOfOutputs: 0 })
      collector.port.onmessage = ({ data }) => {
        if (open.current?.context === context) hear(data, context.sampleRate)
      }
      context.createMediaStreamSource(stream).connect(collector)
      await context.resume()
      // It may have been stopped meanwhile, which closed all.
      if (open.current?.context === context) state.value = 'on'
    } catch (error) {
      stop()
      const { name, message } = error as Error
      problem.value = problems[name] ?? `The microphone does not start: ${message}`
    }
  }
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      stop()
    }
  }, [])
  return { state, problem, start, stop }
}
