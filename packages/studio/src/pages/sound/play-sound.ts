import { sampleRate } from './voice.ts'

/** Lets a sound be heard, after somebody pressed for it. */
export async function playSound(samples: Float32Array<ArrayBuffer>): Promise<void> {
  const context = new AudioContext()
  const buffer = context.createBuffer(1, samples.length, sampleRate)
  buffer.copyToChannel(samples, 0)
  const source = new AudioBufferSourceNode(context, { buffer })
  source.connect(context.destination)
  source.onended = () => void context.close()
  source.start()
}
