import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSoundFile, speechFolder } from '../../../src/data/index.ts'
import golden from '../../goldens/sounds.json' with { type: 'json' }

const root = mkdtempSync(join(tmpdir(), 'gentle-sounds-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A file of the goldens on the disk. */
function fileOf(ending: keyof typeof golden.others, name = 'tone'): string {
  const file = join(root, `${name}.${ending}`)
  writeFileSync(file, Buffer.from(golden.others[ending], 'base64'))
  return file
}

describe('readSoundFile', () => {
  it.each(['flac', 'mp3', 'ogg', 'opus'] as const)('reads a tone from .%s', async (ending) => {
    const { sampleRate, channels } = await readSoundFile(fileOf(ending))
    expect([sampleRate, channels.length]).toEqual([ending === 'opus' ? 48000 : 16000, 1])
    const [samples] = channels
    expect(samples.length / sampleRate).toBeCloseTo(0.1, 1)
    // How much of a middle stretch is a tone of 440 Hz, whatever its phase.
    const [from, to] = [Math.round(0.03 * sampleRate), Math.round(0.07 * sampleRate)]
    let [cosine, sine, all] = [0, 0, 0]
    for (let i = from; i < to; i++) {
      const angle = (2 * Math.PI * 440 * i) / sampleRate
      cosine += samples[i] * Math.cos(angle)
      sine += samples[i] * Math.sin(angle)
      all += samples[i] ** 2
    }
    const amplitude = (2 * Math.hypot(cosine, sine)) / (to - from)
    expect(Math.abs(amplitude - 0.5)).toBeLessThan(ending === 'flac' ? 0.01 : 0.1)
    expect((2 * all) / (to - from) / amplitude ** 2).toBeLessThan(1.1)
  })

  it('names a file that it cannot decode', async () => {
    const file = join(root, 'broken.mp3')
    writeFileSync(file, 'no sound')
    await expect(readSoundFile(file)).rejects.toThrow(/sound .*broken\.mp3 cannot be decoded/)
  })

  it('takes such files into data sets', async () => {
    for (const name of ['a', 'b', 'c']) fileOf('flac', name)
    writeFileSync(join(root, 'manifest.csv'), 'audio,text\na.flac,a\nb.flac,b\nc.flac,c')
    const { train, spectrogram } = await speechFolder(root)
    expect(spectrogram.options.sampleRate).toBe(16000)
    expect(train.seconds).toBeCloseTo(0.1)
  })
})
