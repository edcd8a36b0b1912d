/** A sound that comes bit by bit: WAV, or raw samples. */
import { FormatError } from 'gentle-dl'
import { mixDown, readWave, readWaveHeader } from 'gentle-dl/speech'
import { UsageError } from '../terminal/usage.ts'

/** Samples of one channel as they come. */
export interface SoundInput {
  readonly sampleRate: number
  readonly blocks: AsyncIterable<Float32Array>
}

/** A header is looked for in this many bytes. */
const maxHeader = 2 ** 20

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Bytes as they come, of which the first can be looked at before. */
async function begun(input: AsyncIterable<Uint8Array>) {
  const iterator = input[Symbol.asyncIterator]()
  let seen = new Uint8Array(0) as Uint8Array
  let over = false
  /** Reads on. Gives whether there was more. */
  const more = async (): Promise<boolean> => {
    const { value, done } = await iterator.next()
    if (done === true) over = true
    else seen = joined([seen, value])
    return !over
  }
  async function* rest(from: number): AsyncGenerator<Uint8Array> {
    if (seen.length > from) yield seen.subarray(from)
    while (!over) {
      const { value, done } = await iterator.next()
      if (done === true) return
      yield value
    }
  }
  return { more, rest, seen: () => seen }
}

/** Whole frames of bytes, what is left over going to the next ones. */
async function* wholeFrames(bytes: AsyncIterable<Uint8Array>, frame: number, max: number): AsyncGenerator<Uint8Array> {
  let left = new Uint8Array(0) as Uint8Array
  let room = max
  for await (const part of bytes) {
    const all = joined([left, part])
    const whole = Math.min(room, Math.floor(all.length / frame) * frame)
    if (whole > 0) yield all.subarray(0, whole)
    left = all.subarray(whole)
    room -= whole
    if (room <= 0) return
  }
}

/**
 * A sound of bytes that come: a WAV file, whose length its header need not know, or samples of 16 bits, little endian, of one channel, where `rate` is given.
 * @throws UsageError where they are neither; FormatError for a WAV file whose samples are not read.
 */
export async function soundInput(input: AsyncIterable<Uint8Array>, rate: number | undefined): Promise<SoundInput> {
  const { more, rest, seen } = await begun(input)
  while (seen().length < 4 && (await more()));
  if (seen().length === 0)
    throw new UsageError('standard input is empty; expected a WAV file, or raw samples with --sample-rate')
  const isWave = String.fromCharCode(...seen().subarray(0, 4)) === 'RIFF'
  if (!isWave) {
    if (rate === undefined)
      throw new UsageError(
        'standard input is not a WAV file; for raw samples (16-bit little-endian mono) give --sample-rate',
      )
    return { sampleRate: rate, blocks: raw(wholeFrames(rest(0), 2, Number.POSITIVE_INFINITY)) }
  }
  if (rate !== undefined)
    throw new UsageError('standard input is a WAV file, which has its own sample rate; leave out --sample-rate')
  for (;;) {
    try {
      const { offset } = readWaveHeader(access(seen()), 'standard input')
      const head = seen().slice(0, offset)
      const { sampleRate, channels, sampleBytes, missing } = readWaveHeader(access(head), 'standard input')
      // What programs write there that do not know the length: each block is then read as far as it goes.
      new DataView(head.buffer).setUint32(offset - 4, 0x7ffff000, true)
      const frame = channels * sampleBytes
      // A header that does not know the length says nothing of missing samples.
      const max = missing > 0 ? missing * frame : Number.POSITIVE_INFINITY
      return { sampleRate, blocks: wave(head, wholeFrames(rest(offset), frame, max)) }
    } catch (error) {
      const mayCome = error instanceof FormatError && seen().length < maxHeader
      if (!mayCome || !(await more())) throw error
    }
  }
}

const access = (bytes: Uint8Array) => ({
  length: bytes.length,
  bytes,
  read: (at: number, into: Uint8Array) => into.set(bytes.subarray(at, at + into.length)),
  close() {},
})

async function* raw(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Float32Array> {
  for await (const bytes of blocks) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    yield Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) / 2 ** 15)
  }
}

async function* wave(head: Uint8Array, blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Float32Array> {
  for await (const bytes of blocks) yield mixDown(readWave(joined([head, bytes]), 'standard input'))
}
