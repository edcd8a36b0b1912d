/** Makes folders of speech to learn from: `node examples/speech/make-corpora.ts prompts|spoken|recorded [folder]`. */
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Random } from 'gentle-dl'
import { durationOf, mixDown, readWave, resample, type Sound, writeWave } from 'gentle-dl/speech'
import { asSpoken, drawWords, splitVoices, type Voice, voicesOf } from './voices.ts'

const [what, folder = 'data'] = process.argv.slice(2)

/** That of Asterisk's prompts, and of telephones. */
const sampleRate = 8000

/** Prompts of Asterisk: 25 minutes of one professional voice (Allison Smith, CC-BY-SA 3.0). */
function prompts(): void {
  const to = join(folder, 'prompts')
  try {
    cpSync('/usr/share/asterisk/sounds/en_US_f_Allison', to, { recursive: true })
    const list = 'core-sounds-en.txt.gz'
    copyFileSync(join('/usr/share/doc/asterisk-core-sounds-en', list), join(to, list))
  } catch (cause) {
    throw new Error(
      'there are no prompts; on Debian: apt install asterisk-core-sounds-en asterisk-core-sounds-en-wav',
      {
        cause,
      },
    )
  }
  console.log(`${to}: Asterisk's prompts`)
}

const run = promisify(execFile)
const scratch = mkdtempSync(join(tmpdir(), 'spoken-'))

/** What a voice says, at its own rate. */
async function say(voice: Voice, text: string, random: Random): Promise<Sound> {
  if (voice.synthesizer === 'flite') {
    const file = join(scratch, `${random.integer(2 ** 32)}.wav`)
    const stretch = (0.8 + 0.4 * random.uniform()).toFixed(2)
    await run('flite', ['-voice', voice.name, '--setf', `duration_stretch=${stretch}`, '-t', text, '-o', file])
    return readWave(readFileSync(file), file)
  }
  const [speed, pitch] = [130 + random.integer(70), 30 + random.integer(41)]
  const { stdout } = await run(
    'espeak-ng',
    ['-v', voice.name, '-s', String(speed), '-p', String(pitch), '--stdout', text],
    { encoding: 'buffer', maxBuffer: 2 ** 26 },
  )
  return readWave(stdout, voice.name)
}

/** Digits and letters by many synthetic voices, those of the test and of validation none of those to learn from. */
async function spoken(): Promise<void> {
  const variants = execFileSync('espeak-ng', ['--voices=variant'], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /!v\/(\S+)/.exec(line)?.[1] ?? [])
  const parts = splitVoices(voicesOf(variants))
  for (const [part, count] of [
    ['train', 2400],
    ['validation', 200],
    ['test', 300],
  ] as const) {
    const to = join(folder, 'spoken', part)
    mkdirSync(to, { recursive: true })
    const voices = parts[part]
    const lines = new Array<string>(count)
    let [next, seconds] = [0, 0]
    const work = async (): Promise<void> => {
      while (next < count) {
        const i = next++
        const random = new Random(0, `spoken ${part}`).fork(i, 0)
        // In turn, and flite's few speakers as often as a tenth.
        const own = voices.filter(({ synthesizer }) => synthesizer === (i % 10 === 0 ? 'flite' : 'espeak-ng'))
        const voice = (own.length > 0 ? own : voices)[random.integer(own.length || voices.length)]
        const words = drawWords(random)
        const sound = await say(voice, asSpoken(words), random)
        const samples = resample(mixDown(sound), sound.sampleRate, sampleRate)
        // Some variants are louder than full scale; no sample is to be cut.
        const max = samples.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
        const channels = [max > 1 ? samples.map((value) => value / max) : samples]
        const name = `${String(i).padStart(4, '0')}-${voice.name.replace('+', '-')}`
        writeFileSync(join(to, `${name}.wav`), writeWave({ sampleRate, channels }))
        lines[i] = `${name}: ${words.join(' ')}\n`
        seconds += durationOf({ sampleRate, channels })
      }
    }
    await Promise.all([work(), work(), work(), work()])
    writeFileSync(join(to, 'transcripts.txt'), lines.join(''))
    console.log(`${to}: ${count} recordings, ${(seconds / 60).toFixed(1)} minutes of ${voices.length} voices`)
  }
}

/** Ten recordings of people, to test with alone: playing cards, and a novel that is read. */
function recorded(): void {
  const to = join(folder, 'recorded', 'test')
  mkdirSync(to, { recursive: true })
  const from = '/usr/share/pocketsphinx/test/data'
  const lines = ['cards/cards.transcription', 'librivox/transcription'].flatMap((list) => {
    let text: string
    try {
      text = readFileSync(join(from, list), 'utf8')
    } catch (cause) {
      throw new Error('there are no recordings; on Debian: apt install pocketsphinx-testdata', { cause })
    }
    return [...text.matchAll(/<s>(.*?)<\/s>\s*\((.*?)\)/g)].map(([, words, name]) => {
      copyFileSync(join(from, list, '..', `${name}.wav`), join(to, `${name}.wav`))
      return `${name}: ${words.trim()}\n`
    })
  })
  writeFileSync(join(to, 'transcripts.txt'), lines.join(''))
  console.log(`${to}: ${lines.length} recordings`)
}

try {
  if (what === 'prompts') prompts()
  else if (what === 'spoken') await spoken()
  else if (what === 'recorded') recorded()
  else throw new Error(`make-corpora: '${what ?? ''}' is none of prompts, spoken, recorded`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  rmSync(scratch, { recursive: true })
}
