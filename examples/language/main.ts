/** Compares the representations; with a text as argument, names the text's language. */
import { confusion, countParameters, evaluate, type Model, sizeOf } from 'gentle-dl'
import {
  embeddings,
  learn,
  nameLanguage,
  oneHotCharacters,
  type Representation,
  sharedEmbeddings,
  stretches,
  trigramCounts,
} from './language.ts'
import { clean, languages, readArticles } from './text.ts'

const articles = readArticles()
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

async function answer(text: string): Promise<void> {
  const representation = trigramCounts(articles.train)
  const model = await learn(representation, articles)
  const ranking = await nameLanguage(model, representation, text)
  const lines = ranking
    .slice(0, 5)
    .map(({ language, probability }) => `${language.padEnd(10)} ${percent(probability).padStart(7)}`)
  console.log(lines.join('\n'))
}

const row = (name: string, ...cells: (string | number)[]): void =>
  console.log(name.padEnd(20), ...cells.map((cell) => String(cell).padStart(10)))

async function compare(): Promise<void> {
  console.log('Right on articles that were not learned from, by length of text:\n')
  row('', 'numbers', 'parameters', '5 char.', '20 char.', '80 char.', 'learned in')
  for (const represent of [oneHotCharacters, trigramCounts, embeddings, sharedEmbeddings]) {
    const started = performance.now()
    const representation = represent(articles.train)
    const model = await learn(representation, articles)
    const seconds = (performance.now() - started) / 1000
    const right: string[] = []
    for (const length of [5, 20, 80])
      right.push(percent((await evaluate(model, stretches(articles.test, representation, length))).accuracy!))
    row(
      representation.name,
      sizeOf(representation.inputShape),
      countParameters(model),
      ...right,
      `${seconds.toFixed(1)} s`,
    )
    if (represent === trigramCounts) await relatives(model, representation)
  }
}

/** Prints which languages are taken for each other most often. */
async function relatives(model: Model, representation: Representation): Promise<void> {
  const { counts } = await confusion(model, stretches(articles.test, representation, 20))
  const classes = languages.length
  const pairs = languages
    .flatMap((a, i) =>
      languages.slice(i + 1).map((b, k) => {
        const j = i + 1 + k
        return { name: `${a} and ${b}`, count: counts[i * classes + j] + counts[j * classes + i] }
      }),
    )
    .sort((a, b) => b.count - a.count)
  const wrong = pairs.reduce((sum, { count }) => sum + count, 0)
  const worst = pairs.slice(0, 5).map(({ name, count }) => `${name} ${count}`)
  console.log(`  taken for each other, of ${wrong} mistakes at 20 characters: ${worst.join(', ')}`)
}

const text = process.argv.slice(2).join(' ')
if (text === '') await compare()
else if (clean(text) !== '') await answer(text)
else {
  console.error(`there are no letters in '${text}'; expected a text in ${languages.join(', ')}`)
  process.exitCode = 2
}
