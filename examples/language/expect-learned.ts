import { evaluate } from 'gentle-dl'
import { expect } from 'vitest'
import { learn, nameLanguage, type Representation, stretches, trigramCounts } from './language.ts'
import { type Articles, readArticles } from './text.ts'

/** Trains for an epoch, and expects at least this accuracy on validation. */
export async function expectLearned(
  represent: (train: Articles['train']) => Representation,
  min: number,
): Promise<void> {
  const articles = readArticles()
  const representation = represent(articles.train)
  const model = await learn(representation, articles, { epochs: 1 })
  const { accuracy } = await evaluate(model, stretches(articles.validation, representation, 20))
  expect(accuracy).toBeGreaterThan(min)
  const ranking = await nameLanguage(model, representation, 'Jeder Mensch hat das Recht auf Leben und Freiheit')
  expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1)
  if (represent === trigramCounts) expect(ranking[0].language).toBe('German')
}
