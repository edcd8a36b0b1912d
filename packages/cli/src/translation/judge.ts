/** How good a model's translations of a set are, with beams of several widths. */
import { bySource, type TextPair } from 'gentle-dl/data'
import { scoreTranslations, type TextTranslator } from 'gentle-dl/language'
import { bold, dim, green, note, percent, red, table, thousands } from '../terminal/terminal.ts'

/** Widths of the beam that are compared: greedy, and as `gentle translate` has it. */
const beams = [1, 4] as const

/** The width of the beam by default. */
export const defaultBeam = 4

/** GNMT's α for the length of translations, which else would be too short. */
export const defaultLengthPenalty = 0.2

/** Figures of the translations with a beam. Shares are 0 to 1, BLEU and chrF 0 to 100. */
export interface BeamFigures {
  readonly beam: number
  readonly exactMatch: number
  readonly tokenErrorRate: number
  readonly bleu: number
  readonly chrf: number
}

/** A source and what became of it. */
interface Example {
  readonly source: string
  readonly targets: readonly string[]
  readonly text: string
}

export interface Judgement {
  /** Different sources. */
  readonly sources: number
  readonly beams: readonly BeamFigures[]
  /** How BLEU and chrF were counted. */
  readonly signatures: { readonly bleu: string; readonly chrf: string }
  /** Whether texts are long enough for BLEU, of which some have to have four words. */
  readonly longEnough: boolean
  /** With the widest beam. */
  readonly examples: readonly Example[]
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Translates every source once with each beam; of several targets that a source has, the nearest counts. */
export async function judge(
  translator: TextTranslator,
  pairs: readonly TextPair[],
  { quiet }: { readonly quiet: boolean },
): Promise<Judgement> {
  const sources = bySource(pairs)
  const references = sources.map(({ targets }) => targets)
  const figures: BeamFigures[] = []
  let signatures = { bleu: '', chrf: '' }
  let examples: Example[] = []
  let longEnough = true
  for (const beam of beams) {
    if (!quiet) note(`translating ${thousands(sources.length)} texts with beam size ${beam}`)
    const found = await translator.translate(
      sources.map(({ source }) => source),
      { beamSize: beam, lengthPenalty: defaultLengthPenalty },
    )
    const texts = found.map(([best]) => best.text)
    const { exactMatch, tokenErrorRate, bleu, chrf } = scoreTranslations(texts, references)
    figures.push({
      beam,
      exactMatch: rounded(exactMatch, 6),
      tokenErrorRate: rounded(tokenErrorRate, 6),
      bleu: rounded(bleu.score, 3),
      chrf: rounded(chrf.score, 3),
    })
    longEnough = bleu.totals.every((total) => total > 0)
    signatures = { bleu: bleu.signature, chrf: `${chrf.name}|${chrf.signature}` }
    examples = sources.map((each, i) => ({ ...each, text: texts[i] }))
  }
  return { sources: sources.length, beams: figures, signatures, longEnough, examples }
}

/** As plain data: the figures of the usual beam, and of all. */
export const judgementData = ({ sources, beams: all, signatures }: Judgement) => {
  const { beam: _, ...defaults } = all.find(({ beam }) => beam === defaultBeam)!
  return { sources, ...defaults, beams: all, signatures }
}

/** Examples that are shown of each kind. */
const shown = 5

/** Translations that are right and wrong, side by side with what they should be. */
function examplesText(examples: readonly Example[]): string[] {
  const isRight = ({ targets, text }: Example): boolean => targets.includes(text)
  const right = examples.filter(isRight).slice(0, shown)
  const wrong = examples.filter((example) => !isRight(example)).slice(0, shown)
  const line = (example: Example): string[] => [
    `  ${isRight(example) ? green('✓') : red('✗')} ${example.source}`,
    `    ${example.text}`,
    ...(isRight(example) ? [] : [dim(`    is: ${example.targets.join(' / ')}`)]),
  ]
  return [...right, ...wrong].flatMap(line)
}

/** All of it for a reader. */
export function judgementText(judgement: Judgement, what: string): string {
  const { sources, beams: all, signatures, longEnough, examples } = judgement
  const defaults = judgementData(judgement)
  return [
    bold(
      `exact match ${percent(defaults.exactMatch)} of ${thousands(sources)} ${what}, ${longEnough ? `BLEU ${defaults.bleu.toFixed(2)}` : `chrF ${defaults.chrf.toFixed(2)}`}`,
    ),
    '',
    table([
      ['beam', 'exact match', 'token errors', 'BLEU', 'chrF2'],
      ...all.map(({ beam, exactMatch, tokenErrorRate, bleu, chrf }) => [
        beam,
        percent(exactMatch),
        percent(tokenErrorRate),
        bleu.toFixed(2),
        chrf.toFixed(2),
      ]),
    ]),
    dim(`BLEU|${signatures.bleu}`),
    dim(signatures.chrf),
    ...(longEnough ? [] : [dim('BLEU is 0 when no translation has four words')]),
    '',
    ...examplesText(examples),
  ].join('\n')
}
