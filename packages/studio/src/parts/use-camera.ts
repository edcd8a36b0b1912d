/** The webcam: on from when somebody presses until they stop it or leave the page. */
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export interface Camera {
  readonly state: ReadonlySignal<'off' | 'asking' | 'on'>
  /** Why it is not on, in a sentence; '' where nothing went wrong. */
  readonly problem: ReadonlySignal<string>
  start(): Promise<void>
  stop(): void
  /** What it shows now; undefined when it is off. */
  frame(): Promise<ImageBitmap | undefined>
}

const problems: Readonly<Record<string, string>> = {
  NotFoundError: 'There is no webcam on this machine.',
  NotAllowedError: 'The browser was not allowed to use the webcam. Allow it for this page, then press again.',
  NotReadableError: 'The webcam is in use by another program. Close that, then press again.',
}

/** A webcam for as long as the component is shown; it is asked for by `start` alone. */
export function useCamera(): Camera {
  const state = useSignal<'off' | 'asking' | 'on'>('off')
  const problem = useSignal('')
  const video = useRef<HTMLVideoElement | undefined>(undefined)
  const gone = useRef(false)
  const stop = (): void => {
    const stream = video.current?.srcObject
    if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop()
    video.current = undefined
    state.value = 'off'
  }
  const start = async (): Promise<void> => {
    if (state.peek() !== 'off') return
    problem.value = ''
    if (navigator.mediaDevices === undefined) {
      problem.value = 'This browser shows pages a webcam only over https or on this machine itself.'
      return
    }
    state.value = 'asking'
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } })
      const element = document.createElement('video')
      element.muted = true
      element.playsInline = true
      element.srcObject = stream
      video.current = element
      // A webcam that is unplugged, or that the browser takes back.
      stream.getTracks()[0].addEventListener('ended', stop)
      await element.play()
      if (gone.current || state.peek() !== 'asking') return stop()
      state.value = 'on'
    } catch (error) {
      stop()
      const { name, message } = error as Error
      problem.value = problems[name] ?? `The webcam does not start: ${message}`
    }
  }
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      stop()
    }
  }, [])
  const frame = async (): Promise<ImageBitmap | undefined> =>
    video.current === undefined || state.peek() !== 'on' ? undefined : createImageBitmap(video.current)
  return { state, problem, start, stop, frame }
}
