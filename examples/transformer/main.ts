/** Trains the transformer and compares it with one that does not know where characters stand; with a text as argument, names its language and draws what characters look at. */
import { writeFileSync } from 'node:fs'
import { countParameters, evaluate } from 'gentle-dl'
import { plotAttention } from 'gentle-dl-plot'
import { alphabetOf } from '../language/language.ts'
import { clean, languages, readArticles } from '../language/text.ts'
import { learn, nameLanguage, stretches } from './transformer.ts'

const articles = readArticles()
const alphabet = alphabetOf(articles.train)
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

async function answer(text: string): Promise<void> {
  const model = await learn(articles, alphabet)
  const { ranking, looks } = await nameLanguage(model, alphabet, text)
  for (const { language, probability } of ranking.slice(0, 5))
    console.log(language.padEnd(10), percent(probability).padStart(7))
  const characters = [...clean(text)].map((character) => (character === ' ' ? '␣' : character))
  for (const [i, weights] of looks.entries()) {
    const file = `head-${i + 1}.svg`
    const title = `What each character looks at, head ${i + 1}`
    writeFileSync(file, plotAttention(weights, characters, characters, { title }))
    console.log(`wrote ${file}`)
  }
}

async function compare(): Promise<void> {
  console.log('Right on articles that were not learned from, by length of text:\n')
  for (const positions of [true, false]) {
    const started = performance.now()
    const model = await learn(articles, alphabet, { positions })
    const seconds = (performance.now() - started) / 1000
    const right: string[] = []
    for (const length of [5, 20, 80])
      right.push(percent((await evaluate(model, stretches(articles.test, alphabet, length))).accuracy!))
    const name = positions ? 'transformer' : 'without positions'
    console.log(name.padEnd(18), countParameters(model), ...right, `${seconds.toFixed(1)} s`)
  }
}

const text = process.argv.slice(2).join(' ')
if (text === '') await compare()
else if (clean(text) !== '') await answer(text)
else {
  console.error(`there are no letters in '${text}'; expected a text in ${languages.join(', ')}`)
  process.exitCode = 2
}
