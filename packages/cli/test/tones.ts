/** A language of tones, which is learned within seconds: each letter has one of its own, and blanks are silence. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from 'gentle-dl'
import { writeWave } from 'gentle-dl/speech'
import { temporaryFolder } from './command.ts'

const tones: Readonly<Record<string, number>> = { a: 400, b: 800, c: 1300, d: 2000, e: 2900 }

/** How long a letter is, in seconds. */
export const letterSeconds = 0.12

/** What a text sounds like: noise around the tones, which begin and end softly. */
export function sungText(text: string, { sampleRate = 8000, seed = 0 } = {}): Float32Array<ArrayBuffer> {
  const random = new Random(seed, text)
  const length = Math.round(letterSeconds * sampleRate)
  const samples = new Float32Array((text.length + 2) * length)
  for (let i = 0; i < samples.length; i++) samples[i] = 0.002 * random.normal()
  for (const [i, letter] of [...text].entries()) {
    const hertz = tones[letter]
    if (hertz === undefined) continue
    for (let k = 0; k < length; k++) {
      const softly = Math.sin((Math.PI * k) / length)
      samples[(i + 1) * length + k] += 0.4 * softly * Math.sin((2 * Math.PI * hertz * k) / sampleRate)
    }
  }
  return samples
}

/** A folder of recordings with transcripts, each of a text of its own. */
export function toneSet(recordings: number, { sampleRate = 8000, seed = 1 } = {}): string {
  const folder = join(temporaryFolder(), 'tones')
  mkdirSync(folder)
  const random = new Random(seed)
  const texts = new Set<string>()
  const word = (): string => Array.from({ length: 2 + random.integer(3) }, () => 'abcde'[random.integer(5)]).join('')
  while (texts.size < recordings) texts.add(Array.from({ length: 1 + random.integer(3) }, word).join(' '))
  const lines = [...texts].map((text, i) => {
    const samples = sungText(text, { sampleRate, seed: i })
    writeFileSync(join(folder, `tone-${i}.wav`), writeWave({ sampleRate, channels: [samples] }))
    return `tone-${i}: ${text}`
  })
  writeFileSync(join(folder, 'transcripts.txt'), `${lines.join('\n')}\n`)
  return folder
}
