import { Random } from 'gentle-dl'
import { writeWave } from 'gentle-dl/speech'
import { afterAll, describe, expect, it } from 'vitest'
import { drawDates } from '../../src/pages/sound/dates.ts'
import { dateAnswer, hearAnswer } from '../../src/pages/sound/exercise.ts'
import { prepared, preparedFile, trimmed } from '../../src/pages/sound/given-sound.ts'
import { mostTakes, Session, type SpeechRequest } from '../../src/pages/sound/session.ts'
import { areWords, fields, isSayable } from '../../src/pages/sound/settings.ts'
import { SoundError } from '../../src/pages/sound/sound-error.ts'
import { sampleRate, say, words } from '../../src/pages/sound/voice.ts'

const tone = (seconds: number, { rate = sampleRate, hertz = 440, loud = 0.3 } = {}): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => loud * Math.sin((2 * Math.PI * hertz * i) / rate))

describe('the voice', () => {
  it('says the same text alike with the same chance, and otherwise with another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => say('moon', new Random(seed, 'voice')))
    expect(a).toEqual(b)
    expect(c).not.toEqual(a)
    expect(a.length / sampleRate).toBeGreaterThan(0.4)
    expect(a.every((value) => Math.abs(value) < 1.5)).toBe(true)
  })

  it('has vowels low and s high', () => {
    const crossings = (text: string): number => {
      const samples = say(text, new Random(0, 'voice')).subarray(1200, -1200)
      return samples.reduce((sum, value, i) => sum + (i > 0 && value * samples[i - 1] < 0 ? 1 : 0), 0) / samples.length
    }
    expect(crossings('sss')).toBeGreaterThan(4 * crossings('ooo'))
  })

  it('says only texts of its letters', () => {
    expect(words.every(isSayable)).toBe(true)
    expect(['', 'dog', 'sun  moon', 'Sun', ' sun', 'a'.repeat(25)].some(isSayable)).toBe(false)
    expect(() => fields.say.parse('dog')).toThrow("'dog' is not a text of the letters")
    expect(() => fields.say.parse('a'.repeat(25))).toThrow('is not a text')
    expect(fields.say.parse('sun moon')).toBe('sun moon')
  })
})

describe('examples', () => {
  it('of dates are each what it means', () => {
    const pairs = drawDates(300, 1)
    expect(new Set(pairs.map(({ source }) => source)).size).toBe(300)
    for (const { source, target } of pairs) {
      const date = new Date(`${source} UTC`)
      expect(target).toBe(date.toISOString().slice(0, 10))
    }
  })
})

describe('a sound that is given', () => {
  it('comes to the rate of the recogniser, and is cut to where something is heard', () => {
    const sound = { sampleRate: 48_000, channels: [tone(0.5, { rate: 48_000 }), tone(0.5, { rate: 48_000 })] }
    const samples = prepared(sound, 'x')
    expect(samples).toHaveLength(0.5 * sampleRate)
    const within = new Float32Array(2 * sampleRate)
    within.set(samples, sampleRate)
    const cut = trimmed(within)
    expect(cut.length / sampleRate).toBeCloseTo(0.7, 1)
    expect(Math.max(...cut)).toBe(Math.max(...samples))
    const file = writeWave({ sampleRate: 16_000, channels: [tone(1, { rate: 16_000 })] })
    expect(preparedFile(Uint8Array.from(file), 'x.wav')).toHaveLength(sampleRate)
  })

  it.each([
    ['x lasts 0.10 s; expected 0.15 to 10 s', tone(0.1)],
    ['x lasts 11.00 s', tone(11)],
    ['x is silent', tone(1, { loud: 0.001 })],
    ['x is silent', tone(1).fill(Number.NaN)],
  ])('is refused: %s', (message, samples) => {
    expect(() => prepared({ sampleRate, channels: [samples] }, 'x')).toThrow(SoundError)
    expect(() => prepared({ sampleRate, channels: [samples] }, 'x')).toThrow(message)
  })

  it('that is no WAV file is refused by its name', () => {
    expect(() => preparedFile(new TextEncoder().encode('no sound at all'), 'notes.wav')).toThrow("'notes.wav'")
  })
})

describe('the session', () => {
  const session = new Session()
  afterAll(() => session.close())
  const request: SpeechRequest = {
    seed: 0,
    words: 'made',
    takes: 0,
    given: 0,
    epochs: 0,
    sound: { text: 'moon', voice: 1 },
  }

  it('shows sounds before anything is learned', async () => {
    const { epochs, heard, spectrogram, seconds } = await session.speech(request)
    expect([epochs, heard]).toEqual([[], undefined])
    expect(spectrogram).toMatchObject({ height: 56, width: Math.floor((seconds - 0.025) * 100) + 1 })
    expect(await session.speech({ ...request, sound: 'given' })).toEqual({ epochs: [], seconds: 0, shownSeconds: 0 })
    expect(await session.dates({ seed: 0, epochs: 0, text: 'x' })).toEqual({ epochs: [] })
  })

  it('learns no words without takes, and counts takes', async () => {
    session.addTake('yes', tone(0.4), sampleRate)
    await expect(session.speech({ ...request, words: ['yes', 'no'], epochs: 1 })).rejects.toThrow(
      'There is no take of no yet',
    )
    session.removeTake('yes')
    expect(session.takesOf('yes')).toBe(0)
    for (let i = 0; i < mostTakes; i++) session.addTake('no', tone(0.2), sampleRate)
    expect(() => session.addTake('no', tone(0.2), sampleRate)).toThrow(`'no' has ${mostTakes} takes already`)
    expect(
      session
        .takeFiles(['no'])
        .map(({ name }) => name)
        .slice(0, 2),
    ).toEqual(['no-1.wav', 'no-2.wav'])
  })

  it('shows the last seconds of a microphone', () => {
    const first = session.hearLive(tone(0.5, { rate: 44_100 }), 44_100, true)
    expect([first.width, first.height]).toEqual([300, 56])
    expect(session.hearLive(tone(0.5, { rate: 44_100, hertz: 2000 }), 44_100, false).rgba).not.toEqual(first.rgba)
  })
})

it('own words are two to six different ones', () => {
  expect(['yes no', 'ja nein vielleicht', 'größe maß'].every(areWords)).toBe(true)
  expect(['yes', 'yes yes', 'Yes no', 'a b c d e f g', 'yes 2', ''].some(areWords)).toBe(false)
})

describe('exercises', () => {
  const heard = {
    text: 'oo',
    letters: [],
    symbols: ['', 'o'],
    probabilities: Float32Array.of(0.1, 0.9, 0.75, 0.25, 0.2, 0.8),
    steps: 3,
    stepSeconds: 0.2,
    said: { text: 'oo', loss: 0.5, path: [0, 2] },
  }

  it('find the blank between two letters', () => {
    expect(hearAnswer(undefined).remark).toContain('press Train')
    expect(hearAnswer({ ...heard, said: { ...heard.said, text: 'on' } }).remark).toContain('doubled letter')
    expect(hearAnswer({ ...heard, text: 'o' })).toMatchObject({ right: false, remark: expect.stringContaining('‘o’') })
    expect(hearAnswer(heard)).toEqual({
      right: true,
      remark: 'Between the two o the blank has 75 % at 0.30 s; without it, they would be one.',
    })
  })

  it('find where a date was looked at', () => {
    const source = [...'may 4, 1999', '⏎']
    const row = (at: number): Float32Array => Float32Array.from(source, (_, i) => (i === at ? 0.9 : 0.01))
    const pieces = [...'1999-05-04', '⏎']
    const translated = {
      text: '1999-05-04',
      source,
      pieces,
      ended: true,
      attention: pieces.map((_, i) => row(i === 8 ? 4 : 0)),
    }
    expect(dateAnswer(undefined, '').remark).toContain('press Train')
    expect(dateAnswer(translated, '4 may 1999').remark).toContain('begins with its month')
    expect(dateAnswer({ ...translated, text: '1999-05-01' }, 'may 4, 1999').right).toBe(false)
    expect(dateAnswer(translated, 'may 4, 1999')).toMatchObject({
      right: true,
      remark: expect.stringContaining('‘4’, letter 5'),
    })
  })
})
