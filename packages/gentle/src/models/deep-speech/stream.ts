/** A network that goes forwards alone, as the sound arrives. */
import type { Program } from '../../backends/backend.ts'
import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { joined } from '../../core/joined.ts'
import { sizeOf } from '../../core/shape.ts'
import { Turns } from '../../core/turns.ts'
import { checkCount } from '../../nn/layer.ts'
import type { InputsModel } from '../../nn/model.ts'
import { type ChunkSizes, chunkSizes, traceChunk } from './chunk.ts'
import type { DeepSpeech } from './deep-speech.ts'

/**
 * Answers to one sound as it arrives. What `push` and `end` give together is, but for rounding, what the network gives of the whole sound at once; it comes
 * later by what the convolutions and the row convolution see of the future, and by a chunk. Frames are of the sound in the order of the calls, whether or
 * not the caller waits for each.
 */
export class SpeechStream {
  readonly #network: DeepSpeech
  readonly #program: Program
  readonly #sizes: ChunkSizes
  readonly #bins: number
  /** State of the recurrent layers, and what the row convolution waits with. */
  readonly #carried = new Map<string, Float32Array>()
  /** Frames that are still seen; the first of them is the #first of the sound. */
  #frames: Float32Array<ArrayBufferLike> = new Float32Array(0)
  #first = 0
  #chunks = 0
  readonly #turns = new Turns()
  #ended = false

  /**
   * @param steps of the output that a chunk gives; fewer answer sooner, more take less time
   * @throws ArgumentError for a model that is not a Deep Speech model, for one that goes backwards, too, and for steps that are not a whole number of at least 1.
   */
  static async begin(model: InputsModel, { steps = 16 }: { readonly steps?: number } = {}): Promise<SpeechStream> {
    const network = model.layer as DeepSpeech
    if (network.description.type !== 'deepSpeech')
      throw new ArgumentError(`SpeechStream: the model is of type ${network.description.type}; expected deepSpeech`)
    const sizes = chunkSizes(network, checkCount(steps, 'SpeechStream: steps'))
    const [bins] = model.inputs.spectrogram.shape
    const graph = traceChunk(network, bins, sizes, model)
    const stream = new SpeechStream(network, bins, sizes, await model.backend.compile(graph))
    for (const [name, { shape }] of Object.entries(graph.inputs))
      if (graph.outputs[name] !== undefined) stream.#carried.set(name, new Float32Array(sizeOf(shape)))
    return stream
  }

  private constructor(network: DeepSpeech, bins: number, sizes: ChunkSizes, program: Program) {
    this.#network = network
    this.#bins = bins
    this.#sizes = sizes
    this.#program = program
  }

  /**
   * Takes frames, row-major [frames, F], and gives the logits that can be told by now, [steps, symbols].
   * @throws ShapeError for no whole number of frames; ArgumentError behind the end.
   */
  push(frames: Float32Array): Promise<Float32Array> {
    this.#take(frames)
    return this.#turns.run(() => this.#answer(Number.POSITIVE_INFINITY))
  }

  /** The sound is over: gives the rest. @throws as `push`. */
  async end(frames: Float32Array = new Float32Array(0)): Promise<Float32Array> {
    this.#take(frames)
    this.#ended = true
    return this.#turns.run(() =>
      this.#answer(this.#first + this.#frames.length / this.#bins).finally(() => this.#program.dispose()),
    )
  }

  #take(frames: Float32Array): void {
    if (this.#ended) throw new ArgumentError('SpeechStream: the sound is over; begin another stream')
    if (frames.length % this.#bins !== 0)
      throw new ShapeError(`SpeechStream: ${frames.length} numbers are not a whole number of frames of ${this.#bins}`)
    const joined = new Float32Array(this.#frames.length + frames.length)
    joined.set(this.#frames)
    joined.set(frames, this.#frames.length)
    this.#frames = joined
  }

  /** All logits that are due. @param total frames of the sound, infinitely many while it goes on */
  async #answer(total: number): Promise<Float32Array> {
    const { lookahead, symbols } = this.#network.options
    const { frames, after, steps } = this.#sizes
    const received = this.#first + this.#frames.length / this.#bins
    const due = Number.isFinite(total) ? this.#network.outputLength(total) : Number.POSITIVE_INFINITY
    const parts: Float32Array[] = []
    for (;;) {
      const first = this.#chunks * steps - lookahead
      if (Number.isFinite(due) ? first >= due : received < (this.#chunks + 1) * frames + after) break
      const logits = await this.#run(total)
      parts.push(logits.subarray(Math.max(0, -first) * symbols, Math.max(0, Math.min(steps, due - first)) * symbols))
    }
    return joined(Float32Array, parts)
  }

  /** The next chunk. */
  async #run(total: number): Promise<Float32Array> {
    const { before, frames, after } = this.#sizes
    const start = this.#chunks * frames - before
    const length = before + frames + after
    const spectrogram = new Float32Array(length * this.#bins)
    const from = Math.max(start, this.#first)
    const known = this.#frames.subarray((from - this.#first) * this.#bins, (start + length - this.#first) * this.#bins)
    spectrogram.set(known, (from - start) * this.#bins)
    const end = Math.max(0, Math.min(length, total - start))
    const results = await this.#program.run({
      spectrogram,
      begin: Int32Array.of(Math.max(0, -start)),
      end: Int32Array.of(end),
      ...Object.fromEntries(this.#carried),
    })
    for (const name of this.#carried.keys()) this.#carried.set(name, results[name].data as Float32Array)
    this.#chunks++
    // What comes before the next chunk's window is not seen any more.
    const kept = Math.max(this.#first, Math.min(start + frames, this.#first + this.#frames.length / this.#bins))
    this.#frames = this.#frames.subarray((kept - this.#first) * this.#bins)
    this.#first = kept
    return results.logits.data as Float32Array
  }
}
