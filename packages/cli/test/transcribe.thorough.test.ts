/** Speech from the command line, on a language of tones: training, judging, and hearing files and sounds that come bit by bit. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageFileInfo } from 'gentle-dl/data'
import { writeWave } from 'gentle-dl/speech'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { transcribe } from '../src/speech/transcribe.ts'
import { gentle, temporaryFolder } from './command.ts'
import { sectionsOf } from './report-pages.ts'
import { letterSeconds, sungText, toneSet } from './tones.ts'

const set = toneSet(90)
const [run, online] = [join(temporaryFolder(), 'run'), join(temporaryFolder(), 'online')]
const small = ['--layers', '1', '--units', '48', '--batch-size', '8', '--learning-rate', '0.01', '--threads', '2']
const train = (network: string, place: string, ...more: string[]) =>
  gentle(['train', network, '--data', `speech:${set}`, ...small, '--run-dir', place, ...more])
const summaryOf = (place: string) => JSON.parse(readFileSync(join(place, 'summary.json'), 'utf8'))

/** A recording that no set has. */
const said = 'bade cab'
const files = temporaryFolder()
const wav = (name: string, text: string, sampleRate = 8000): string => {
  const path = join(files, name)
  writeFileSync(path, writeWave({ sampleRate, channels: [sungText(text, { sampleRate, seed: 99 })] }))
  return path
}

/** Bytes that come in pieces of this size. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What the command prints of a sound that comes through standard input. */
async function listened(place: string, bytes: Uint8Array, flags: object, size = 1500) {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  const noted = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  try {
    await transcribe(place, [], flags, pieces(bytes, size))
    const text = (spy: typeof printed | typeof noted) => spy.mock.calls.map(([line]) => String(line))
    return { stdout: text(printed).join('\n'), stderr: text(noted) }
  } finally {
    printed.mockRestore()
    noted.mockRestore()
  }
}

beforeAll(async () => {
  const first = await train('deepspeech', run, '--epochs', '16')
  expect(first.code).toBe(0)
  expect(first.stderr).toMatch(/minutes of training data at 8,000 Hz; symbols: blank a b c d e/)
  expect(first.stderr).toMatch(/epoch 16\/16 .* letters wrong \d/)
  expect(first.stdout).toMatch(/Test: character error rate [\d.]+ %, word error rate [\d.]+ %/)
  expect(first.stdout).toMatch(/^train(, 100 of \d+)? +[\d.]+ % +[\d.]+ %$/m)
  expect(first.stdout).toContain('Correct:')
  const second = await train('deepspeech_online', online, '--epochs', '20', '--quiet')
  expect(second).toEqual({ code: 0, stdout: '', stderr: '' })
})

describe('gentle train deepspeech', () => {
  it('learns, and keeps figures, examples, and what turns sounds into its input and numbers into letters', () => {
    for (const [place, model] of [
      [run, 'deepspeech'],
      [online, 'deepspeech_online'],
    ]) {
      const summary = summaryOf(place)
      expect(summary).toMatchObject({ model, task: 'transcribe', data: `speech:${set}` })
      expect(summary.train.characterErrorRate).toBeLessThan(0.1)
      expect(summary.test.characterErrorRate).toBeLessThan(0.1)
      expect(summary.test.wordErrorRate).toBeLessThan(0.3)
      expect(summary.test.greedy.characterErrorRate).toBeLessThan(0.15)
      expect(summary.decoding).toMatch(/beam search, beam size 32, with 6-grams of letters of the training/)
      expect(readdirSync(place)).toEqual(
        expect.arrayContaining([
          'curves.svg',
          'decoding.json',
          'examples.json',
          'language-model.arpa',
          'metrics.csv',
          'run.json',
          'summary.json',
          'weights',
        ]),
      )
      expect(readFileSync(join(place, 'metrics.csv'), 'utf8').split('\n')[0]).toContain('validation_characterErrorRate')
    }
    const examples = JSON.parse(readFileSync(join(run, 'examples.json'), 'utf8'))
    expect(examples[0]).toEqual({ file: expect.any(String), said: expect.any(String), recognized: expect.any(String) })
  })

  it('has a report with the parts that are stored', async () => {
    await expect(sectionsOf(run)).toMatchFileSnapshot('snapshots/report-of-transcribe.txt')
  })

  it('goes on to the same bits', async () => {
    const [stopped, whole] = [join(temporaryFolder(), 'stopped'), join(temporaryFolder(), 'whole')]
    const constant = ['--schedule', 'constant', '--quiet']
    await train('deepspeech', stopped, '--epochs', '1', ...constant)
    expect((await gentle(['train', '--resume', stopped, '--epochs', '2', '--quiet'])).code).toBe(0)
    await train('deepspeech', whole, '--epochs', '2', ...constant)
    const [a, b] = [stopped, whole].map((place) => readFileSync(join(place, 'weights/last.safetensors')))
    expect(a.equals(b)).toBe(true)
  })

  it('is judged on the same test recordings by gentle eval', async () => {
    const { code, stdout } = await gentle(['eval', run, '--data', `speech:${set}`, '--json'])
    expect(code).toBe(0)
    const { characterErrorRate, wordErrorRate, loss } = JSON.parse(stdout)
    const { test } = summaryOf(run)
    expect({ characterErrorRate, wordErrorRate }).toEqual({
      characterErrorRate: test.characterErrorRate,
      wordErrorRate: test.wordErrorRate,
    })
    expect(loss).toBeCloseTo(test.loss, 6)
    const text = await gentle(['eval', run, '--data', `speech:${set}`, '--split', 'validation'])
    expect(text.stdout).toMatch(/word error rate [\d.]+ % on \d+ validation recordings/)
  })

  it('refuses what is not speech, in a line', async () => {
    for (const [args, message] of [
      [['train', 'deepspeech'], 'no data set given; name one, as in --data speech:DIR'],
      [['train', 'deepspeech', '--data', 'mnist'], '--data mnist is not a speech data set; expected speech:DIR'],
      [['train', 'deepspeech', '--data', 'speech:/nowhere'], '/nowhere'],
      [['train', 'deepspeech', '--data', `speech:${set}`, '--augment', 'flip'], "unknown --augment 'flip'"],
      [['train', 'deepspeech', '--data', `speech:${set}`, '--augment', '{"speed":[2,1]}'], 'speed'],
      [['transcribe', run, '/nowhere.wav'], 'no such file'],
      [['transcribe', run, wav('a.wav', 'a'), '--out', 'x.jpg'], 'expected an .svg or .png file'],
      [['transcribe', run, wav('a.wav', 'a'), '--sample-rate', '8000'], 'files have their own'],
    ] as const) {
      const { code, stderr } = await gentle([...args])
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(message)
      expect(stderr.trim().split('\n').at(-1)).toMatch(/^gentle: /)
    }
  })
})

describe('gentle transcribe', () => {
  it('prints the text alone when it is quiet, of files of any rate, a line each', async () => {
    const [low, high] = [wav('low.wav', said), wav('high.wav', said, 22050)]
    const { code, stdout, stderr } = await gentle(['transcribe', run, low, high, wav('short.wav', 'de'), '--quiet'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${said}\n${said}\nde\n`, stderr: '' })
  })

  it('tells when each word was said', async () => {
    const { stdout } = await gentle(['transcribe', run, wav('low.wav', said), '--json'])
    const { text, words, seconds, letters } = JSON.parse(stdout)
    expect(text).toBe(said)
    expect(seconds).toBeCloseTo((said.length + 2) * letterSeconds, 2)
    expect(words.map(({ word }: { word: string }) => word)).toEqual(said.split(' '))
    for (const { word, begin, end } of words) {
      const place = said.indexOf(word)
      expect(Math.abs(begin - (place + 1.5) * letterSeconds)).toBeLessThan(letterSeconds)
      expect(Math.abs(end - (place + word.length + 0.5) * letterSeconds)).toBeLessThan(letterSeconds)
    }
    expect(letters.map(({ symbol }: { symbol: string }) => symbol).join('')).toBe(said)
    const table = await gentle(['transcribe', run, wav('low.wav', said)])
    expect(table.stdout).toMatch(/bade +\d\.\d\d +\d\.\d\d/)
  })

  it('draws the spectrogram with the letters over it', async () => {
    const [svg, png] = [join(files, 'heard.svg'), join(files, 'heard.png')]
    for (const out of [svg, png]) await gentle(['transcribe', run, wav('low.wav', said), '--out', out, '--quiet'])
    const picture = readFileSync(svg, 'utf8')
    expect(picture).toContain('data:image/png;base64,')
    for (const word of said.split(' ')) expect(picture).toContain(`>${word}</text>`)
    expect((await imageFileInfo(png)).width).toBeGreaterThan(400)
  })

  it('hears a sound that comes bit by bit as it hears the whole, while it goes on where the network can', async () => {
    const text = 'bade cab ace'
    const file = wav('whole.wav', text)
    const bytes = readFileSync(file)
    const whole = (await gentle(['transcribe', online, file, '--quiet'])).stdout.trim()
    for (const size of [100, 4000, 10 ** 6])
      expect((await listened(online, bytes, { quiet: true }, size)).stdout).toBe(whole)
    const raw = bytes.subarray(44)
    expect((await listened(online, raw, { quiet: true, sampleRate: 8000 }, 999)).stdout).toBe(whole)
    const endless = Buffer.from(bytes)
    endless.writeUInt32LE(0x7ffff000, 40)
    expect((await listened(online, endless, { quiet: true })).stdout).toBe(whole)
    const spoken = await listened(online, bytes, {}, 1600)
    // The first letters were heard before the last bytes came.
    expect(spoken.stderr.filter((part) => part !== '').length).toBeGreaterThan(2)
    expect(whole.startsWith(spoken.stderr.join('').trim())).toBe(true)
    expect(spoken.stdout).toContain(whole)
    const high = readFileSync(wav('high-online.wav', text, 16000))
    expect((await listened(online, high, { quiet: true })).stdout).toBe(
      (await gentle(['transcribe', online, join(files, 'high-online.wav'), '--quiet'])).stdout.trim(),
    )
    const waits = await listened(run, bytes, {})
    expect(waits.stderr.join('')).toContain('this network is bidirectional')
    expect(waits.stdout).toContain((await gentle(['transcribe', run, file, '--quiet'])).stdout.trim())
  })

  it('refuses standard input that is not sound', async () => {
    await expect(listened(online, new Uint8Array(0), {})).rejects.toThrow(/standard input is empty/)
    await expect(listened(online, Buffer.from('hello'), {})).rejects.toThrow(/is not a WAV file; for raw samples/)
    const bytes = readFileSync(wav('low.wav', said))
    await expect(listened(online, bytes, { sampleRate: 8000 })).rejects.toThrow(/leave out --sample-rate/)
    await expect(listened(online, bytes.subarray(0, 36), {})).rejects.toThrow(/ends without samples/)
  })

  it('hears nothing in silence shorter than a frame', async () => {
    const file = join(files, 'blip.wav')
    writeFileSync(file, writeWave({ sampleRate: 8000, channels: [new Float32Array(40)] }))
    for (const place of [run, online]) {
      const { code, stdout } = await gentle(['transcribe', place, file, '--json'])
      expect(code).toBe(0)
      expect(JSON.parse(stdout).seconds).toBe(0.01)
    }
    expect(existsSync(file)).toBe(true)
  })
})
