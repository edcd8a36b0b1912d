/** What the page's two networks learn, and that the programs that it shows learn the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from 'gentle-dl'
import { afterAll, describe, expect, it } from 'vitest'
import { dateEpochs } from '../../src/pages/sound/date-translator.ts'
import { datesProgram, speechProgram } from '../../src/pages/sound/program.ts'
import { saidExamples, speechEpochs, takenExamples } from '../../src/pages/sound/recogniser.ts'
import { type DatesAnswer, Session, type SpeechAnswer, type SpeechRequest } from '../../src/pages/sound/session.ts'
import { sampleRate, say, words } from '../../src/pages/sound/voice.ts'
import { printed } from './run-program.ts'

const session = new Session()
afterAll(() => session.close())

const request: SpeechRequest = {
  seed: 1,
  words: 'made',
  takes: 0,
  given: 0,
  epochs: 0,
  sound: { text: 'moon', voice: 1 },
}

async function learned(wanted: SpeechRequest): Promise<SpeechAnswer> {
  let answer = await session.speech(wanted)
  while (answer.epochs.length < wanted.epochs) answer = await session.speech(wanted)
  return answer
}

async function learnedDates(seed: number, epochs: number, text: string): Promise<DatesAnswer> {
  let answer = await session.dates({ seed, epochs, text })
  while (answer.epochs.length < epochs) answer = await session.dates({ seed, epochs, text })
  return answer
}

/** Runs a program in a folder of its own. */
async function printedIn(folder: string, program: string): Promise<string> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await printed(program)
  } finally {
    process.chdir(before)
  }
}

describe('the recogniser', () => {
  it.each([0, 1, 2])(
    'hears all words of the voice with seed %i',
    async (seed) => {
      const { epochs, heard } = await learned({ ...request, seed, epochs: speechEpochs })
      expect(epochs.at(-1)!.wrong).toBeLessThan(0.02)
      expect(heard!.text).toBe('moon')
      const { said, steps, symbols, probabilities } = heard!
      expect(said!.path).toEqual([...said!.path].sort((a, b) => a - b))
      expect(Math.exp(-said!.loss)).toBeGreaterThan(0.5)
      for (let t = 0; t < steps; t++)
        expect(
          probabilities.subarray(t * symbols.length, (t + 1) * symbols.length).reduce((a, b) => a + b),
        ).toBeCloseTo(1, 5)
    },
    120_000,
  )

  it('goes back to fewer epochs, to the same numbers, and its program hears the same', async () => {
    const three = await learned({ ...request, epochs: 3 })
    await learned({ ...request, epochs: 5 })
    const again = await learned({ ...request, epochs: 3 })
    expect(again.epochs).toEqual(three.epochs)
    expect(again.heard!.probabilities).toEqual(three.heard!.probabilities)
    const text = await printed(speechProgram({ seed: 1, words: 'made', epochs: 3, sound: { text: 'moon', voice: 1 } }))
    expect(text).toContain(`letters wrong: ${(100 * three.epochs[2].wrong).toFixed(1)} %`)
    expect(text).toContain(`hears '${three.heard!.text}'`)
    for (const { symbol, at } of three.heard!.letters) expect(text).toContain(`${at.toFixed(2)} s: ${symbol}\n`)
  }, 120_000)

  it('learns words of which there are a few takes, as its program does of their files', async () => {
    for (let i = 0; i < 5; i++)
      for (const word of ['sun', 'mist']) session.addTake(word, say(word, new Random(i, word)), sampleRate)
    const answer = await learned({
      ...request,
      words: ['sun', 'mist'],
      epochs: speechEpochs,
      sound: { text: 'mist', voice: 3 },
    })
    expect(answer.epochs.at(-1)!.wrong).toBeLessThan(0.05)
    expect(answer.heard!.text).toBe('mist')
    const folder = mkdtempSync(join(tmpdir(), 'gentle-takes-'))
    for (const { name, bytes } of session.takeFiles(['sun', 'mist'])) writeFileSync(join(folder, name), bytes)
    const text = await printedIn(folder, speechProgram({ seed: 1, words: 'own', epochs: speechEpochs, sound: 'given' }))
    rmSync(folder, { recursive: true })
    expect(Number(/letters wrong: ([\d.]+) %/.exec(text)![1])).toBeLessThan(5)
  }, 120_000)
})

describe('the translator', () => {
  it('learns all dates, and its program the same', async () => {
    const { epochs, translated } = await learnedDates(2, dateEpochs, 'july 14, 1989')
    expect(epochs.at(-1)!.right).toBeGreaterThan(0.97)
    expect(translated!.text).toBe('1989-07-14')
    for (const row of translated!.attention) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4)
    const text = await printed(datesProgram(2, dateEpochs, 'july 14, 1989'))
    expect(text).toContain(`epoch ${dateEpochs}: ${(100 * epochs.at(-1)!.right).toFixed(1)} % of the dates right`)
    expect(text).toContain("'1989-07-14'")
    await expect(session.dates({ seed: 2, epochs: dateEpochs, text: 'x?' })).rejects.toThrow("'x' is in no date")
    await expect(session.dates({ seed: 2, epochs: dateEpochs, text: ' ' })).rejects.toThrow('There is no date')
  }, 180_000)
})

describe('examples', () => {
  it('of the voice are words and their sounds', () => {
    const examples = saidExamples(4)
    expect(examples).toHaveLength(200)
    expect(examples.every(({ text }) => text.split(' ').every((word) => words.some((each) => each === word)))).toBe(
      true,
    )
  })

  it('of takes are one or two of them, each a little different', () => {
    const takes = [
      { text: 'yes', samples: new Float32Array(0.3 * sampleRate).fill(0.3) },
      { text: 'no', samples: new Float32Array(0.4 * sampleRate).fill(0.2) },
    ]
    const examples = takenExamples(takes, 0)
    expect(new Set(examples.map(({ text }) => text))).toEqual(
      new Set(['yes', 'no', 'yes no', 'no yes', 'yes yes', 'no no']),
    )
    const lengths = new Set(examples.filter(({ text }) => text === 'yes').map(({ samples }) => samples.length))
    expect(lengths.size).toBeGreaterThan(5)
    expect(Math.min(...lengths)).toBeGreaterThan(0.25 * sampleRate)
  })
})
