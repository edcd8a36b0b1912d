/** `gentle data` of recorded speech: how much of it there is, what is left out and why, and some of it. */
import type { SkippedRecording, SpeechSet } from 'gentle-dl/data'
import { bold, dim, print, table } from '../terminal/terminal.ts'
import { readSpeech } from './open-speech.ts'

const parts = ['train', 'validation', 'test'] as const

/** Recordings that are shown, and reasons of each kind. */
const shown = 5
const reasons = 3

const minutes = (seconds: number): string => `${(seconds / 60).toFixed(1)} min`

function countsOf({ examples, seconds }: SpeechSet) {
  const durations = examples.map((example) => example.seconds).sort((a, b) => a - b)
  return {
    recordings: examples.length,
    minutes: Number((seconds / 60).toFixed(2)),
    medianSeconds: Number((durations[Math.floor(durations.length / 2)] ?? 0).toFixed(2)),
    longestSeconds: Number((durations.at(-1) ?? 0).toFixed(2)),
    words: examples.reduce((sum, { text }) => sum + text.split(' ').length, 0),
    differentTexts: new Set(examples.map(({ text }) => text)).size,
  }
}

/** What is left out, by its kind, with the first reasons. */
function leftOut(skipped: readonly SkippedRecording[]): string[] {
  const byKind = Map.groupBy(skipped, ({ kind }) => kind)
  return [...byKind].flatMap(([kind, all]) => [
    `skipped, ${kind}: ${all.length}`,
    ...all.slice(0, reasons).map(({ reason }) => dim(`  ${reason}`)),
    ...(all.length > reasons ? [dim(`  and ${all.length - reasons} more`)] : []),
  ])
}

/** Tells what is in recorded speech, `speech:DIR` or `speech:MANIFEST`. */
export async function describeSpeech(
  name: string,
  flags: { readonly json?: boolean; readonly seed?: number; readonly validation?: number; readonly strict?: boolean },
): Promise<void> {
  const { seed, validation, strict } = flags
  const sets = await readSpeech(name, { seed, validation, strict })
  const counts = Object.fromEntries(parts.map((part) => [part, countsOf(sets[part])]))
  const symbols = sets.symbols.symbols.slice(1)
  const { sampleRate } = sets.spectrogram.options
  if (flags.json) {
    console.log(JSON.stringify({ name, sampleRate, symbols, skipped: sets.skipped, parts: counts }, null, 2))
    return
  }
  const all = parts.reduce((sum, part) => sum + sets[part].length, 0)
  const seconds = parts.reduce((sum, part) => sum + sets[part].seconds, 0)
  print(
    [
      bold(`${name}: ${all.toLocaleString('en-US')} recordings, ${minutes(seconds)}, ${sampleRate} Hz`),
      `${symbols.length} symbols: ${symbols.map((symbol) => (symbol === ' ' ? 'blank' : symbol)).join(' ')}`,
      '',
      table([
        ['part', 'recordings', 'length', 'median', 'longest', 'words', 'different texts'],
        ...parts.map((part) => {
          const { recordings, medianSeconds, longestSeconds, words, differentTexts } = counts[part]
          // Parts may be so small that tenths of minutes tell nothing.
          const length = sets[part].seconds < 60 ? `${sets[part].seconds.toFixed(1)} s` : minutes(sets[part].seconds)
          const [median, longest] = [medianSeconds, longestSeconds].map((each) => `${each.toFixed(2)} s`)
          return [part, recordings, length, median, longest, words, differentTexts]
        }),
      ]),
      '',
      ...leftOut(sets.skipped),
      ...(sets.skipped.length > 0 ? [''] : []),
      ...(sets.train.length > 0 ? sets.train : sets.test).examples
        .slice(0, shown)
        .flatMap(({ file, text, seconds: long }) => [`  ${text}`, dim(`    ${file}, ${long.toFixed(2)} s`)]),
    ].join('\n'),
  )
}
