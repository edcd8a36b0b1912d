/**
 * Writes ngrams.json: what CMU Sphinx makes of a model that we count and write as an ARPA file. Run with Node where Debian's sphinxbase-utils (0.8+5prealpha) is
 * installed: `node packages/gentle/test/goldens/make-ngrams.ts`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countNgrams, writeArpa } from '../../src/language/index.ts'

const learned = [
  'press one to listen to your messages',
  'press two to change folders',
  'press star to cancel',
  'to listen to the message again press five',
  'to call this number press eight',
  'please enter your password',
  'please enter the number you wish to call',
  'your message has been saved',
  'the number you have dialed is not in service',
  'you have no more messages',
]
const sentences = ['press five to listen to the message', 'please enter your number', 'you have messages to change']

const folder = mkdtempSync(join(tmpdir(), 'ngrams-'))
const words = (line: string): string[] => line.split(' ')
try {
  const model = join(folder, 'model.arpa')
  writeFileSync(model, writeArpa(countNgrams(learned.map(words), { order: 3 })))
  const bits = sentences.map((sentence) => {
    const text = join(folder, 'text')
    writeFileSync(text, `<s> ${sentence} </s>\n`)
    const said = execFileSync('sphinx_lm_eval', ['-lm', model, '-lsn', text], { encoding: 'utf8', stdio: 'pipe' })
    return Number(/cross-entropy: ([\d.]+) bits/.exec(said)![1])
  })
  const golden = { learned, sentences, bits }
  writeFileSync(new URL('ngrams.json', import.meta.url), `${JSON.stringify(golden, null, 1)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
