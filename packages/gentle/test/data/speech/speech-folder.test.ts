import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { augmentedSpeech, type SpeechSet, speechFolder, speechSubset } from '../../../src/data/index.ts'
import { subset } from '../../../src/data/memory.ts'
import { Spectrogram, writeWave } from '../../../src/speech/index.ts'
import { allBatches, epochBatches } from '../../../src/train/batches.ts'

const root = mkdtempSync(join(tmpdir(), 'gentle-speech-'))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
/** A folder with these files: texts, bytes, or sounds of so many samples at 8,000 a second. */
function folderOf(files: Readonly<Record<string, string | Uint8Array | number>>): string {
  const folder = join(root, `set${folders++}`)
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'number' ? sound(content) : content)
  }
  return folder
}

const sound = (length: number, sampleRate = 8000): Uint8Array =>
  writeWave({ sampleRate, channels: [Float32Array.from({ length }, (_, i) => 0.4 * Math.sin(i * i * 0.001 + length))] })

/** Recordings that say so many things, each twice. */
function many(things: number): Record<string, string | number> {
  const files: Record<string, string | number> = {}
  const words = (i: number) => `word ${'abcdefghijklmnopqrstuvwxyz'[i]}`
  for (let i = 0; i < things; i++) for (const turn of ['x', 'y']) files[`${turn}/${i}.wav`] = 2400 + 80 * i
  files['transcripts.txt'] = Object.keys(files)
    .map((name) => `${name.replace('.wav', '')}: ${words(Number(/\d+/.exec(name)![0]))}\n`)
    .join('')
  return files
}

const textsOf = (set: SpeechSet) => set.examples.map(({ text }) => text)

async function exampleOf(set: SpeechSet, index: number, pass = 0) {
  const { spectrogram, target } = set.lengthsIn?.(pass) ?? set.lengths!
  const values = new Float32Array(spectrogram[index] * set.spectrogram.features)
  const symbols = new Int32Array(target[index])
  await set.read(index, { spectrogram: values }, symbols, pass)
  return { values, symbols }
}

describe('speechFolder', () => {
  it('reads transcripts.txt, with names in folders, and gives spectrograms and symbols', async () => {
    const { train, symbols, skipped, remarks, spectrogram } = await speechFolder(folderOf(many(8)))
    expect({ skipped, remarks }).toEqual({ skipped: [], remarks: [] })
    expect(symbols.symbols.slice(0, 4)).toEqual(['', ' ', 'a', 'b'])
    expect(train.inputs.spectrogram.shape).toEqual([81])
    const { values, symbols: target } = await exampleOf(train, 2)
    expect(symbols.decode(target)).toBe(train.examples[2].text)
    expect(values).toEqual(new Spectrogram({ sampleRate: 8000 }).of(await train.samples(2)))
    expect(train.lengths?.spectrogram[2]).toBe(spectrogram.frames((await train.samples(2)).length))
    expect(train.seconds).toBeCloseTo(train.examples.reduce((sum, { seconds }) => sum + seconds, 0))
  })

  it('splits so that no words are in two parts, by the seed, whatever the order of the lines', async () => {
    const files = many(12)
    const order = async (lines: string, seed: number) => {
      const { train, validation, test } = await speechFolder(folderOf({ ...files, 'transcripts.txt': lines }), { seed })
      return [train, validation, test].map((part) => [...new Set(textsOf(part))].sort())
    }
    const lines = String(files['transcripts.txt'])
    const [train, validation, test] = await order(lines, 0)
    expect(new Set([...train, ...validation, ...test]).size).toBe(train.length + validation.length + test.length)
    expect([train.length, validation.length, test.length]).toEqual([9, 1, 2])
    expect(await order(lines.split('\n').reverse().join('\n'), 0)).toEqual([train, validation, test])
    expect(await order(lines, 1)).not.toEqual([train, validation, test])
  })

  it("reads Asterisk's list, also packed: comments, no speech, digits and keys", async () => {
    const list = [
      '; Core Sounds',
      'a: Press 1, or # now.',
      'b: at [@]',
      'beep: [a simple beep tone]',
      'silence/1: (1 second of silence)',
      'join: <beep ascending>',
      'c: IAX (note: does not say "2")',
      'd: Dial 500.',
      'e: It is 3D.',
    ].join('\n')
    const sounds = Object.fromEntries(
      ['a', 'b', 'beep', 'silence/1', 'join', 'c', 'd', 'e'].map((name) => [`${name}.wav`, 8000]),
    )
    const packed = { 'core-sounds-en.txt.gz': new Uint8Array(gzipSync(list)) }
    const { train, validation, test, skipped, remarks } = await speechFolder(folderOf({ ...sounds, ...packed }))
    expect([train, validation, test].flatMap(textsOf).sort()).toEqual([
      'at',
      'iax',
      'it is three d',
      'press one or pound now',
    ])
    expect(skipped.map(({ kind, reason }) => [kind, reason.split(': ').at(-1)])).toEqual([
      ['no speech', "its transcript '' has no words"],
      ['no speech', "its transcript '' has no words"],
      ['no speech', "its transcript '' has no words"],
      ['unknown symbols', "'Dial 500.'"],
    ])
    expect(remarks).toEqual(['single digits are spelled out in English: 1 becomes one'])
  })

  it('tells what it leaves out, and refuses it where it is strict', async () => {
    const files: Record<string, string | Uint8Array | number> = {
      ...many(6),
      'broken.wav': 'no sound at all',
      'cut.wav': sound(8000).slice(0, 5000),
      'short.wav': 400,
      'long.wav': 80_000,
      'unheard.wav': 8000,
    }
    const more = [
      'broken: it broke',
      'cut: it was cut',
      'short: too many words for it',
      'long: it takes long',
      'gone: it is gone',
      'x/0: again',
      'no colon',
    ]
    const place = folderOf({ ...files, 'transcripts.txt': `${files['transcripts.txt']}${more.join('\n')}` })
    const { skipped, train, validation, test } = await speechFolder(place, { maxSeconds: 5 })
    expect(train.length + validation.length + test.length).toBe(12)
    expect(Object.fromEntries(skipped.map(({ kind, reason }) => [kind, reason.replaceAll(place, '')]))).toMatchObject({
      broken: expect.stringMatching(/cut\.wav was cut off: \d+ samples are missing/),
      'too short': expect.stringMatching(
        /it has 4 frames \(0\.05 s\) for 'too many words for it', which takes at least 22/,
      ),
      'too long': expect.stringMatching(/lasts 10\.0 s; expected at most 5 s/),
      missing: expect.stringMatching(/transcripts\.txt, line 17: there is no sound file \/gone\.wav/),
      'listed twice': expect.stringMatching(/line 18: x\/0 is also listed in .*, line 1, which is used/),
      'no transcript': expect.stringMatching(/unheard\.wav: .*has no line for it/),
    })
    expect(skipped.filter(({ kind }) => kind === 'broken')).toHaveLength(2)
    expect(skipped.some(({ reason }) => /no colon/.test(reason))).toBe(true)
    await expect(speechFolder(place, { strict: true })).rejects.toThrow(/recordings would be left out; the first/)
  })

  it('leaves out what is described rather than said: more characters than anybody says in the time', async () => {
    const files = { ...many(4), 'join.wav': 3000 }
    const place = folderOf({ ...files, 'transcripts.txt': `${many(4)['transcripts.txt']}join: beep ascending` })
    const { skipped } = await speechFolder(place)
    expect(skipped.map(({ kind, reason }) => [kind, reason.split(': ').at(-1)])).toEqual([
      ['too short', "nobody can say the 14 characters of 'beep ascending' in 0.38 s"],
    ])
  })

  it("reads manifests: tables, and JSON lines as NeMo's with parts of files", async () => {
    const sounds = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}.wav`, 8000 + i]))
    const table = ['audio,text', ...Object.keys(sounds).map((name, i) => `${name},"Say, ${'abcdef'[i]}"`)].join('\n')
    const fromTable = await speechFolder(folderOf({ ...sounds, 'manifest.csv': table }))
    expect([fromTable.train, fromTable.validation, fromTable.test].flatMap(textsOf).sort()[0]).toBe('say a')
    const others = table.replace('audio,text', 'path,audio,sentence,text').replaceAll('\n', '\nclip,')
    const words = others.replaceAll(',"', ',"as written","')
    const fromOthers = await speechFolder(folderOf({ ...sounds, 'manifest.csv': words }))
    expect(textsOf(fromOthers.train)).toEqual(textsOf(fromTable.train))
    const lines = Object.keys(sounds).map((name, i) =>
      JSON.stringify({
        audio_filepath: name,
        text: `say ${'abcdef'[i]}`,
        duration: 0.5,
        ...(i === 1 && { offset: 0.25 }),
      }),
    )
    const place = join(folderOf({ ...sounds, 'list.jsonl': lines.join('\n') }), 'list.jsonl')
    const { train, validation, test } = await speechFolder(place)
    const all = [train, validation, test].flatMap((part) => part.examples)
    expect(Object.fromEntries(all.map(({ text, seconds }) => [text, seconds]))).toMatchObject({
      'say a': 1,
      'say b': 0.5,
    })
    const set = [train, validation, test].find((part) => textsOf(part).includes('say b'))!
    expect(await set.samples(textsOf(set).indexOf('say b'))).toHaveLength(4000)
  })

  it('takes parts that are given, and remarks what they share', async () => {
    const part = (voice: string) => ({
      [`${voice}/1.wav`]: 8000,
      [`${voice}/2.wav`]: 8000,
      [`${voice}/transcripts.txt`]: '1: one\n2: two',
    })
    const place = folderOf({ ...part('train'), ...part('dev'), ...part('test') })
    const { train, validation, test, remarks } = await speechFolder(place)
    expect([train, validation, test].map(textsOf)).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['one', 'two'],
    ])
    expect(remarks).toEqual([
      '2 of 2 recordings of validation have the text of a training recording',
      '2 of 2 recordings of test have the text of a training recording',
    ])
  })

  it('takes a part for the test alone', async () => {
    const place = folderOf({ 'test/1.wav': 8000, 'test/transcripts.txt': '1: one' })
    const { train, validation, test, remarks } = await speechFolder(place)
    expect([train, validation, test].map(textsOf)).toEqual([[], [], ['one']])
    expect(remarks).toEqual([])
  })

  it("reads Asterisk's list of a part for the test alone as English, too", async () => {
    const place = folderOf({ 'test/1.wav': 8000, 'test/core-sounds-en.txt': '1: Press 1' })
    expect(textsOf((await speechFolder(place)).test)).toEqual(['press one'])
  })

  it('says of recordings that they are too few to split', async () => {
    const place = folderOf({ '1.wav': 8000, '2.wav': 8000, 'transcripts.txt': '1: one\n2: two' })
    await expect(speechFolder(place)).rejects.toThrow(/2 recordings are too few to split/)
  })

  it('brings all to one rate, and says so', async () => {
    const files = { ...many(6), 'x/0.wav': sound(8000, 16000) }
    const { remarks, spectrogram, train, validation, test } = await speechFolder(folderOf(files))
    expect(remarks).toEqual(['files have 8000, 16000 samples per second; all are resampled to 8000'])
    expect(spectrogram.options.sampleRate).toBe(8000)
    const all = [train, validation, test].find((part) => part.examples.some(({ file }) => file.endsWith('x/0.wav')))!
    const index = all.examples.findIndex(({ file }) => file.endsWith('x/0.wav'))
    expect(await all.samples(index)).toHaveLength(4000)
  })

  it("takes a model's symbols, and leaves out what has others", async () => {
    const symbols = ['', ' ', ...'abcdwor']
    const { skipped, train } = await speechFolder(folderOf(many(8)), { symbols })
    expect(train.symbols.symbols).toEqual(symbols)
    expect(skipped.map(({ kind }) => kind)).toEqual(new Array(8).fill('unknown symbols'))
  })

  it.each([
    ['no folder', {}, {}, /there is no such folder; expected transcripts\.txt/],
    ['no list', { 'a.wav': 800 }, {}, /has no transcripts; expected/],
    ['two lists', { 'transcripts.txt': '', 'manifest.csv': '' }, {}, /transcripts\.txt|leave one/],
    ['a table without texts', { 'manifest.csv': 'audio,words\na,b' }, {}, /expected a column text/],
    ['a manifest that is not JSON', { 'manifest.jsonl': '{' }, {}, /line 1 is not JSON/],
    [
      'one thing said',
      { 'a.wav': 8000, 'b.wav': 8000, 'c.wav': 8000, 'transcripts.txt': 'a: x\nb: x\nc: x' },
      {},
      /1 different texts/,
    ],
    [
      'parts of which nothing can be used',
      { 'train/transcripts.txt': '1: one', 'test/transcripts.txt': '1: one' },
      {},
      /no recording of its train split/,
    ],
    ['a list of nothing', { 'transcripts.txt': '' }, {}, /no recording of its train split/],
    ['a limit below 0', many(3), { maxSeconds: -1 }, /maxSeconds is -1/],
  ])('refuses %s', async (_, files, options, message) => {
    await expect(speechFolder(folderOf(files), options)).rejects.toThrow(message)
  })
})

describe('speechSubset', () => {
  it('has these recordings, in this order, and is augmented as a set of its own', async () => {
    const { train } = await speechFolder(folderOf(many(8)))
    const part = speechSubset(train, [5, 1])
    expect(textsOf(part)).toEqual([textsOf(train)[5], textsOf(train)[1]])
    expect(part.seconds).toBeCloseTo(train.examples[5].seconds + train.examples[1].seconds, 9)
    expect(await exampleOf(part, 1)).toEqual(await exampleOf(train, 1))
    expect(await part.samples(0)).toEqual(await train.samples(5))
    const changed = await augmentedSpeech(part, { speed: [0.8, 1.25] })
    expect(changed.length).toBe(2)
    expect(() => speechSubset(changed, [0])).toThrow(/is not a set that speechFolder returned; augment after that/)
    expect(() => speechSubset(train, [train.length])).toThrow(/there is no example/)
  })
})

describe('augmentedSpeech', () => {
  it('draws anew in each pass, and lengths follow', async () => {
    const { train } = await speechFolder(folderOf(many(10)))
    const set = await augmentedSpeech(train, { speed: [0.8, 1.25], noise: { ratio: [10, 20] } }, { seed: 4 })
    const lengths = [0, 1, 2].map((pass) => Array.from(set.lengthsIn!(pass).spectrogram))
    expect(lengths[0]).toEqual(Array.from(set.lengths!.spectrogram))
    expect(lengths[1]).not.toEqual(lengths[0])
    expect(Math.max(...lengths.flat())).toBeLessThanOrEqual(set.inputs.spectrogram.sequence!)
    expect(await exampleOf(set, 1, 2)).toEqual(await exampleOf(set, 1, 2))
    expect((await exampleOf(set, 1, 2)).values).not.toEqual((await exampleOf(set, 1, 1)).values)
    // A part draws what the whole draws.
    const part = subset(set, [3, 1])
    expect(Array.from(part.lengthsIn!(2).spectrogram)).toEqual([lengths[2][3], lengths[2][1]])
  })

  it('gives batches whose lengths are those of the pass', async () => {
    const { train } = await speechFolder(folderOf(many(6)))
    const set = await augmentedSpeech(train, { speed: [0.8, 1.25] })
    for (const [batches, pass] of [
      [allBatches(set, 4), 0],
      [await epochBatches(set, 4, { seed: 0, epoch: 3, position: 0 }), 2],
    ] as const)
      for await (const { inputs, indices } of batches)
        expect([...inputs.spectrogramLengths]).toEqual(
          Array.from(indices!, (index) => set.lengthsIn!(pass).spectrogram[index]),
        )
  })

  it('refuses sets that are not speech, and files of noise that are missing', async () => {
    const { train } = await speechFolder(folderOf(many(4)))
    await expect(augmentedSpeech({ ...train }, {})).rejects.toThrow(/not a set that speechFolder returned/)
    await expect(augmentedSpeech(train, { noise: { ratio: [0, 1], files: ['gone.wav'] } })).rejects.toThrow(
      /gone\.wav cannot be read/,
    )
    const empty = join(folderOf({ 'empty.wav': 0 }), 'empty.wav')
    await expect(augmentedSpeech(train, { noise: { ratio: [0, 1], files: [empty] } })).rejects.toThrow(
      /empty\.wav: it is used as noise, but has no samples/,
    )
  })
})
