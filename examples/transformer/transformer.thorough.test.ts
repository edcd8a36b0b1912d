import { evaluate } from 'gentle-dl'
import { expect, it } from 'vitest'
import { alphabetOf } from '../language/language.ts'
import { readArticles } from '../language/text.ts'
import { learn, nameLanguage, stretches } from './transformer.ts'

it('an epoch names languages far better than by chance, and every head shares its looks among all characters', async () => {
  const articles = readArticles()
  const alphabet = alphabetOf(articles.train)
  const model = await learn(articles, alphabet, { epochs: 1 })
  const { accuracy } = await evaluate(model, stretches(articles.validation, alphabet, 80))
  expect(accuracy).toBeGreaterThan(0.5)
  const { ranking, looks } = await nameLanguage(model, alphabet, 'Jeder Mensch hat das Recht auf Leben')
  expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1)
  expect(looks.length).toBe(4)
  for (const rows of looks)
    for (const row of rows) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4)
  await model.backend.close()
})
