/** What was heard in a sound: its spectrogram, with letters and words over it at their times. */
import { scaleLinear } from 'd3-scale'
import { colourOf, muted } from './colours.ts'
import { pngAddress } from './png.ts'
import { type Block, chartWidth, heading, margin, stacked } from './stack.ts'
import { line, short, smallSize, text } from './svg.ts'
import { textWidth } from './text-width.ts'

export interface TranscriptPlotOptions {
  /** Row-major [frames, features]: a spectrogram, from low frequencies to high ones. */
  readonly spectrogram: Float32Array
  readonly features: number
  /** From one frame to the next, in seconds. */
  readonly frameStep: number
  /** The frequency of each feature, in Hz, for the scale. */
  readonly frequencies?: readonly number[]
  /** Letters at their times, in seconds. */
  readonly letters: readonly { readonly symbol: string; readonly at: number }[]
  readonly words: readonly { readonly word: string; readonly begin: number; readonly end: number }[]
  /** Above the picture; what was heard unless given. */
  readonly title?: string
}

/** Seconds in a row, so that letters, of which some fifteen come in a second, stand beside each other. */
const rowSeconds = 2

const left = margin + 52
const width = chartWidth - margin - left
const height = 110

/** The shade of a value, by how loud the sound is where it is quiet and where it is loud. */
function shadeOf(spectrogram: Float32Array): (value: number) => number {
  const sorted = spectrogram.toSorted()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]
  const [low, high] = [at(0.05), at(0.995)]
  return (value) => Math.round(255 * (1 - 0.9 * Math.min(1, Math.max(0, (value - low) / (high - low || 1)))))
}

/** Frames as a picture, low frequencies below, loud parts dark; each pixel a frame. */
function shades(frames: Float32Array, features: number, shade: (value: number) => number): string {
  const count = frames.length / features
  const pixels = new Uint8Array(frames.length)
  for (let x = 0; x < count; x++)
    for (let f = 0; f < features; f++) pixels[(features - 1 - f) * count + x] = shade(frames[x * features + f])
  return pngAddress(pixels, count, features)
}

/** Texts at their places, each in the first line in which it does not touch the one before. */
function inLines(
  texts: readonly { readonly content: string; readonly at: number }[],
  size: number,
  ends: number[],
): { readonly content: string; readonly at: number; readonly line: number }[] {
  return texts.flatMap(({ content, at }) => {
    const half = textWidth(content, size, true) / 2
    const middle = Math.min(left + width - half, Math.max(left + half, at))
    const free = ends.findIndex((end) => end + 1 <= middle - half)
    if (free < 0) return []
    ends[free] = middle + half
    return [{ content, at: middle, line: free }]
  })
}

/**
 * A sound's spectrogram with the letters over it at the times at which they were heard, and below them the words.
 * @throws RangeError for a spectrogram without frames.
 */
export function plotTranscript(options: TranscriptPlotOptions): string {
  const { spectrogram, features, frameStep, words } = options
  const frames = spectrogram.length / features
  if (!Number.isInteger(frames) || frames < 1)
    throw new RangeError(
      `plotTranscript: ${spectrogram.length} numbers are not a whole number of frames of ${features}`,
    )
  const shade = shadeOf(spectrogram)
  const perRow = Math.max(1, Math.round(rowSeconds / frameStep))
  const rows = Array.from({ length: Math.ceil(frames / perRow) }, (_, i) =>
    row(options, spectrogram.subarray(i * perRow * features, (i + 1) * perRow * features), i * perRow, perRow, shade),
  )
  const { title = words.map(({ word }) => word).join(' ') || 'nothing was heard' } = options
  return stacked([heading(title), ...rows])
}

/** Some seconds: letters over the spectrogram, words and times below. */
function row(
  { frameStep, features, frequencies = [], letters, words }: TranscriptPlotOptions,
  part: Float32Array,
  first: number,
  perRow: number,
  shade: (value: number) => number,
): Block {
  const count = part.length / features
  const [from, to] = [first * frameStep, (first + perRow) * frameStep]
  const end = (first + count) * frameStep
  const scale = scaleLinear([from, to], [left, left + width])
  const x = (time: number): number => scale(Math.min(Math.max(time, from), end))
  const within = (time: number): boolean => time >= from && time < to
  const symbols = letters.filter(({ symbol, at }) => symbol !== ' ' && within(at))
  const said = words.filter(({ begin }) => within(begin))
  const named = inLines(
    said.map((each) => ({ content: each.word, at: (x(each.begin) + x(each.end)) / 2 })),
    smallSize + 1,
    [0, 0, 0],
  )
  const lines = Math.max(0, ...named.map((each) => each.line + 1))
  const [over, under] = [28, 12 + 15 * lines]
  return {
    height: over + height + under + 26,
    draw(down) {
      const top = down + over
      const bottom = top + height
      const image = `<image x="${short(left)}" y="${short(top)}" width="${short(x(end) - left)}" height="${height}" preserveAspectRatio="none" href="${shades(part, features, shade)}"/>`
      const drawn = inLines(
        symbols.map(({ symbol, at }) => ({ content: symbol, at: x(at) })),
        smallSize + 1,
        [0, 0],
      )
      const marks = symbols.map(({ at }) =>
        line(x(at), top - 3, x(at), bottom, `stroke="${colourOf(1)}" stroke-opacity="0.5"`),
      )
      const above = drawn.map(({ content, at, line: upper }) =>
        text(at, top - 6 - 12 * upper, content, `text-anchor="middle" font-size="${smallSize + 1}" font-weight="600"`),
      )
      const bars = said.map(
        ({ begin, end: last }) =>
          `<rect x="${short(x(begin))}" y="${short(bottom + 3)}" width="${short(Math.max(2, x(last) - x(begin)))}" height="4" fill="${colourOf(0)}"/>`,
      )
      const below = named.map(({ content, at, line: lower }) =>
        text(at, bottom + 19 + 15 * lower, content, `text-anchor="middle" font-size="${smallSize + 1}"`),
      )
      const small = `fill="${muted}" font-size="${smallSize}"`
      const foot = bottom + under
      const axis = scale
        .ticks(5)
        .filter((time) => time <= end + 1e-9)
        .map(
          (time) =>
            line(x(time), foot, x(time), foot + 4, `stroke="${muted}"`) +
            text(Math.min(x(time), left + width - 8), foot + 15, `${time} s`, `text-anchor="middle" ${small}`),
        )
      const hertz = frequencies.flatMap((frequency, f, all) =>
        f % Math.ceil(all.length / 4) !== 0
          ? []
          : [
              text(
                left - 6,
                bottom - ((f + 0.5) / features) * height + 4,
                `${Math.round(frequency)} Hz`,
                `text-anchor="end" ${small}`,
              ),
            ],
      )
      return [image, ...marks, ...above, ...bars, ...below, ...axis, ...hertz].join('')
    },
  }
}
