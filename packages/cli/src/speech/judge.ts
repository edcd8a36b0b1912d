/** How wrong transcripts are. */

import type { SpeechSet } from 'gentle-dl/data'
import { characterErrorRate, editDistance, wordErrorRate } from 'gentle-dl/language'
import type { TranscribeOptions, Transcriber, Transcript } from 'gentle-dl/speech'
import { bold, dim, green, percent, red, table } from '../terminal/terminal.ts'

/** Letters, and words, to replace, leave out and put in, over those that were said: 0 is all right, and above 1 is possible. */
export interface ErrorRates {
  readonly characterErrorRate: number
  readonly wordErrorRate: number
}

/** A recording, what is said in it, and what was heard. */
export interface RecognizedExample {
  readonly file: string
  readonly said: string
  readonly recognized: Transcript
}

export interface Judged {
  readonly rates: ErrorRates
  readonly examples: readonly RecognizedExample[]
}

/** What a model hears in the recordings of a set, and how wrong it is. */
export async function errorRates(
  transcriber: Transcriber,
  set: SpeechSet,
  options: TranscribeOptions = {},
): Promise<Judged> {
  const logits = await transcriber.logitsOf(set)
  const examples = set.examples.map(
    ({ file, text: said, seconds }, i): RecognizedExample => ({
      file,
      said,
      recognized: transcriber.transcript(logits[i], { ...options, seconds }),
    }),
  )
  const said = examples.map((each) => each.said)
  const recognized = examples.map((each) => each.recognized.text)
  return {
    rates: {
      characterErrorRate: characterErrorRate(said, recognized).rate,
      wordErrorRate: wordErrorRate(said, recognized).rate,
    },
    examples,
  }
}

/** Some examples that were heard rightly, and those that were heard worst. */
export function examplesText(examples: readonly RecognizedExample[], count = 5): string {
  const wrong = ({ said, recognized }: RecognizedExample): number =>
    editDistance([...said], [...recognized.text]) / Math.max(1, [...said].length)
  const byWrong = examples.toSorted((a, b) => wrong(a) - wrong(b))
  const right = byWrong.filter((each) => wrong(each) === 0)
  // Of those that are right, the longest say the most.
  const best = right.toSorted((a, b) => b.said.length - a.said.length).slice(0, count)
  const middle = byWrong.filter((each) => wrong(each) > 0 && wrong(each) < 0.6)
  const worst = byWrong.filter((each) => wrong(each) > 0).slice(-3)
  const lines = (title: string, some: readonly RecognizedExample[], colour: (text: string) => string): string[] =>
    some.length === 0
      ? []
      : [
          '',
          bold(title),
          ...some.flatMap(({ said, recognized }) => [
            `  said   ${said}`,
            `  heard  ${colour(recognized.text === '' ? '(nothing)' : recognized.text)}`,
          ]),
        ]
  return [
    ...lines(`Correct: ${right.length} of ${examples.length}`, best, green),
    ...lines(
      'With errors',
      middle.slice(-count).filter((each) => !worst.includes(each)),
      red,
    ),
    ...lines('Worst', worst, red),
  ].join('\n')
}

/** Error rates in a table, a row a way of decoding. */
export const ratesTable = (rows: readonly (readonly [name: string, rates: ErrorRates])[]): string =>
  [
    table([
      ['', 'character error rate (CER)', 'word error rate (WER)'],
      ...rows.map(([name, rates]) => [name, percent(rates.characterErrorRate), percent(rates.wordErrorRate)]),
    ]),
    dim('greedy: the most probable letter of each step'),
  ].join('\n')
