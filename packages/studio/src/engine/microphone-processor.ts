/** Runs in the browser's thread of sound, and hands on what a microphone hears. */

declare const sampleRate: number
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

/** Samples that are handed on together: some 40 ms. */
const together = Math.round(sampleRate / 25)

class Collector extends AudioWorkletProcessor {
  #collected = new Float32Array(together)
  #length = 0

  process([[channel]]: Float32Array[][]): boolean {
    for (const sample of channel ?? []) {
      this.#collected[this.#length++] = sample
      if (this.#length < together) continue
      this.port.postMessage(this.#collected, [this.#collected.buffer])
      this.#collected = new Float32Array(together)
      this.#length = 0
    }
    return true
  }
}

registerProcessor('collector', Collector)
