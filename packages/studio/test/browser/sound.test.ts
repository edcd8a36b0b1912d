import { writeWave } from 'gentle-dl/speech'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { Session } from '../../src/pages/sound/session.ts'
import { sampleRate } from '../../src/pages/sound/voice.ts'
import { findingsOf, openStudio } from './open-studio.ts'

const patient = { timeout: 60_000 }

const tone = Float32Array.from({ length: sampleRate }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 500 * i) / sampleRate))

const wav = (name: string) => ({
  name,
  mimeType: 'audio/wav',
  buffer: Buffer.from(writeWave({ sampleRate, channels: [tone] })),
})

const hears = (page: Page): Promise<string> => page.locator('.hears').innerText()

it('learns to hear, to the numbers of the library, as far as a link says and on', async () => {
  const page = await openStudio('sound?seed=1&say=stone&voice=2&epochs=1')
  const session = new Session()
  const look = async (epochs: number): Promise<void> => {
    const sound = { text: 'stone', voice: 2 }
    const expected = await session.speech({ seed: 1, words: 'made', takes: 0, given: 0, epochs, sound })
    const { heard } = expected
    const wrong = (100 * expected.epochs[epochs - 1].wrong).toFixed(1)
    await page.getByText(`${epochs} of 12 epochs: ${wrong} % of letters wrong`).waitFor(patient)
    expect(await hears(page)).toContain(`It hears ‘${heard!.text}’`)
    expect(await page.locator('.hears .loss').innerText()).toBe(heard!.said!.loss.toFixed(3))
    const letters = await page.locator('.heard > svg').first().locator('text').allTextContents()
    expect(letters.join('')).toBe(heard!.letters.map(({ symbol }) => symbol).join(''))
    expect(await page.locator('.path circle').count()).toBe('stone'.length)
  }
  await look(1)
  await page.getByRole('button', { name: 'Epoch', exact: true }).click()
  await look(2)
  await session.close()
  expect(await findingsOf(page)).toEqual([])
  await expect.poll(() => page.url()).toContain('epochs=2')
})

it('takes a sound of a file, refuses what is none, and takes of words', async () => {
  const page = await openStudio('sound?sound=given&words=own')
  await page.getByText('No sound yet').waitFor()
  const inputs = page.locator('input[type=file]')
  await inputs.first().setInputFiles(wav('tone.wav'))
  await page.getByRole('img', { name: 'Spectrogram of 1.00 seconds' }).waitFor()
  await inputs.first().setInputFiles({ name: 'notes.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') })
  await page.getByText("'notes.wav' is not a sound that this browser decodes").waitFor()
  const cut = Buffer.from(wav('').buffer.subarray(0, 20))
  await inputs.first().setInputFiles({ name: 'cut.wav', mimeType: 'audio/wav', buffer: cut })
  await page.getByText("'cut.wav'").waitFor()
  await inputs.nth(1).setInputFiles([wav('a.wav'), wav('b.wav')])
  await page.getByText('2 takes').waitFor()
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByText('There is no take of no yet').waitFor()
  expect(await findingsOf(page)).toEqual([])
})

it('takes a sound of a file that is no WAV file, as the browser decodes it', async () => {
  const page = await openStudio('sound?sound=given')
  await page.getByText('No sound yet').click()
  // Opus in WebM, of the browser's own recorder.
  const bytes = await page.evaluate(async () => {
    const context = new AudioContext()
    const [oscillator, stream] = [context.createOscillator(), context.createMediaStreamDestination()]
    oscillator.connect(stream)
    oscillator.start()
    const recorder = new MediaRecorder(stream.stream)
    const recorded = new Promise<Blob>((resolve) => {
      recorder.ondataavailable = ({ data }) => resolve(data)
    })
    recorder.start()
    setTimeout(() => recorder.stop(), 1000)
    const bytes = await (await recorded).bytes()
    await context.close()
    return [...bytes]
  })
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'tone.webm', mimeType: 'audio/webm', buffer: Buffer.from(bytes) })
  await page.getByRole('img', { name: /^Spectrogram of [01]\.\d\d seconds: / }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
})

it('listens to the microphone when it is asked to, and stops it', async () => {
  const page = await openStudio('sound?sound=given')
  await page.getByRole('button', { name: 'Listen' }).click()
  await page.getByText(/There is no microphone on this machine|was not allowed to use the microphone/).waitFor()
  await page.evaluate(() => {
    const context = new AudioContext()
    const oscillator = new OscillatorNode(context, { frequency: 700 })
    const destination = context.createMediaStreamDestination()
    oscillator.connect(destination)
    oscillator.start()
    void context.resume()
    Object.assign(globalThis, { heardTracks: destination.stream.getTracks() })
    navigator.mediaDevices.getUserMedia = async () => destination.stream
  })
  await page.getByRole('button', { name: 'Listen' }).click()
  await page.getByRole('img', { name: 'Spectrogram of the last three seconds' }).waitFor(patient)
  // Something to look at.
  await page.waitForTimeout(400)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('img', { name: /^Spectrogram of \d\.\d\d seconds/ }).waitFor(patient)
  expect(await page.evaluate('heardTracks.map((track) => track.readyState)')).toEqual(['ended'])
})

it('learns to translate, to the numbers of the library', async () => {
  const page = await openStudio('sound?task=translate&seed=2&lessons=1')
  const session = new Session()
  const text = 'july 14, 1989'
  const { translated, epochs } = await session.dates({ seed: 2, epochs: 1, text })
  await session.close()
  await page.getByLabel('A date').fill(text)
  await page.getByText(`1 of 8 epochs: ${(100 * epochs[0].right).toFixed(1)} % of other dates right`).waitFor(patient)
  await expect.poll(() => hears(page), patient).toContain(`It writes ‘${translated!.text}’`)
  const shares = async (): Promise<string[]> => page.locator('.attention td .unseen').allTextContents()
  const all = translated!.attention.flatMap((row) => [...row].map((share) => `${Math.round(100 * share)} %`))
  await expect.poll(shares, patient).toEqual(all)
  await page.getByLabel('A date').fill('x 1')
  await page.getByText("'x' is in no date that it learns from").waitFor(patient)
  expect(await findingsOf(page)).toEqual([])
})
