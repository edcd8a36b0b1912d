/** What was heard in a sound: its spectrogram, with letters and words over it at their times. */
import { pngAddress } from './png.ts'
import { faint, ink, muted, page, text } from './svg.ts'
import { ticks } from './ticks.ts'

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

const left = 64
const top = 88
const most = 4000

/** A spectrogram as shades, low frequencies below, loud parts dark; each pixel a frame, the loudest of several where there are too many. */
function shades(spectrogram: Float32Array, features: number): { address: string; width: number; height: number } {
  const frames = spectrogram.length / features
  const each = Math.ceil(frames / most)
  const width = Math.ceil(frames / each)
  const sorted = spectrogram.toSorted()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]
  const [low, high] = [at(0.05), at(0.995)]
  const pixels = new Uint8Array(width * features)
  for (let x = 0; x < width; x++)
    for (let f = 0; f < features; f++) {
      let loudest = Number.NEGATIVE_INFINITY
      for (let frame = x * each; frame < Math.min(frames, (x + 1) * each); frame++)
        loudest = Math.max(loudest, spectrogram[frame * features + f])
      const share = Math.min(1, Math.max(0, (loudest - low) / (high - low || 1)))
      pixels[(features - 1 - f) * width + x] = Math.round(255 * (1 - 0.9 * share))
    }
  return { address: pngAddress(pixels, width, features), width, height: features }
}

/**
 * A sound's spectrogram with the letters over it at the times at which they were heard, and below them the words.
 * @throws RangeError for a spectrogram without frames.
 */
export function plotTranscript(options: TranscriptPlotOptions): string {
  const { spectrogram, features, frameStep, frequencies, letters, words } = options
  const frames = spectrogram.length / features
  if (!Number.isInteger(frames) || frames < 1)
    throw new RangeError(`plotTranscript: ${spectrogram.length} numbers are no whole number of frames of ${features}`)
  const seconds = frames * frameStep
  // Letters come at up to some fifteen a second.
  const width = Math.round(Math.min(12_000, Math.max(480, 160 * seconds)))
  const height = 200
  const x = (time: number): number => left + (Math.min(time, seconds) / seconds) * width
  const picture = shades(spectrogram, features)
  const image = `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" href="${picture.address}"/>`
  const above = letters.map(({ symbol, at }) => {
    const place = x(at)
    const line = `<line x1="${place.toFixed(1)}" x2="${place.toFixed(1)}" y1="${top - 6}" y2="${top + height}" stroke="#d97706" stroke-opacity="0.45"/>`
    return symbol === ' '
      ? ''
      : `${line}${text(place, top - 10, symbol, 'text-anchor="middle" font-size="14" font-weight="600"')}`
  })
  const bottom = top + height
  const below = words.map(({ word, begin, end }) => {
    const [from, to] = [x(begin), Math.max(x(end), x(begin) + 2)]
    return `<rect x="${from.toFixed(1)}" y="${bottom + 4}" width="${(to - from).toFixed(1)}" height="4" fill="#2563eb"/>${text((from + to) / 2, bottom + 24, word, 'text-anchor="middle"')}`
  })
  const axis = ticks(0, seconds).map(
    (time) =>
      `<line x1="${x(time).toFixed(1)}" x2="${x(time).toFixed(1)}" y1="${bottom + 34}" y2="${bottom + 38}" stroke="${faint}"/>${text(x(time), bottom + 52, `${time} s`, `text-anchor="middle" fill="${muted}" font-size="11"`)}`,
  )
  const scale = (frequencies ?? []).flatMap((hertz, f, all) =>
    f % Math.ceil(all.length / 5) !== 0
      ? []
      : [
          text(
            left - 6,
            bottom - ((f + 0.5) / features) * height + 4,
            `${Math.round(hertz)} Hz`,
            `text-anchor="end" fill="${muted}" font-size="11"`,
          ),
        ],
  )
  const { title = words.map(({ word }) => word).join(' ') || 'nothing was heard' } = options
  const room = Math.floor((width + 30) / 7.5)
  const shown = title.length > room ? `${title.slice(0, room - 1)}…` : title
  const body = [
    text(left, 34, shown, `font-weight="600" font-size="14" fill="${ink}"`),
    image,
    ...above,
    ...below,
    ...axis,
    ...scale,
  ]
  return page(left + width + 24, bottom + 66, body.join(''))
}
