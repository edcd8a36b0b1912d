/** `gentle translate`: texts through a trained model, from the command line, from standard input line by line, or as they are typed. */
import { createInterface } from 'node:readline'
import { TextTranslator, type Translation, vocabulariesFrom } from 'gentle-dl/language'
import { openAnyModel, takesInputs } from '../models/open-model.ts'
import { writeOutput } from '../terminal/output-file.ts'
import { bold, dim, note, percent, print, table } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { defaultBeam, defaultLengthPenalty } from './judge.ts'

export interface TranslateFlags {
  /** Hypotheses that go on from step to step. */
  readonly beamSize?: number
  /** Translations of each text. */
  readonly nBest?: number
  readonly lengthPenalty?: number
  readonly coveragePenalty?: number
  /** Where the picture of attention goes. */
  readonly out?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** How it is searched. @throws UsageError for numbers out of range. */
function searchOf({
  beamSize = defaultBeam,
  nBest = 1,
  lengthPenalty = defaultLengthPenalty,
  coveragePenalty = 0,
}: TranslateFlags) {
  for (const [flag, value] of [
    ['--beam-size', beamSize],
    ['--n-best', nBest],
  ] as const)
    if (!Number.isInteger(value) || value < 1 || value > 100)
      throw new UsageError(`${flag} is ${value}; expected a whole number from 1 to 100`)
  for (const [flag, value] of [
    ['--length-penalty', lengthPenalty],
    ['--coverage-penalty', coveragePenalty],
  ] as const)
    if (!(value >= 0)) throw new UsageError(`${flag} is ${value}; expected a number of at least 0`)
  return { beamSize: Math.max(beamSize, nBest), nBest, lengthPenalty, coveragePenalty }
}

/** Opens a model that translates. @throws UsageError for one that does something else. */
async function openTranslating(place: string): Promise<TextTranslator> {
  const opened = await openAnyModel(place)
  if (!takesInputs(opened) || opened.task !== 'translate')
    throw new UsageError(
      `${place} is not a translation model${opened.task === undefined ? '' : `, but one for --task ${opened.task}`}; train one, as in: gentle train gnmt --data pairs:FILE.tsv`,
    )
  return new TextTranslator(opened.model, vocabulariesFrom(opened.encoding, place))
}

/** What is to be said of a text that the model is not used to. */
function warningsOf(translator: TextTranslator, text: string, translations: readonly Translation[]): string[] {
  const { model, vocabularies } = translator
  const known = new Set(vocabularies.source.pieces)
  const unknown = [...new Set(text.trim())].filter((character) => character !== ' ' && !known.has(character))
  const longest = model.inputs['source'].sequence!
  const { length } = translations[0].sourcePieces
  return [
    ...(unknown.length > 0 ? [`${unknown.slice(0, 8).join(' ')} did not occur in the training texts`] : []),
    ...(length > longest ? [`the text has ${length} tokens, more than the longest training text (${longest})`] : []),
    ...(translations[0].ended ? [] : ['the translation did not end and was cut off']),
  ]
}

const dataOf = (source: string, translations: readonly Translation[]) => ({
  source,
  translations: translations.map(({ text, score, logProbability, ended, pieces, sourcePieces, attention }) => ({
    text,
    score,
    logProbability,
    ended,
    pieces,
    sourcePieces,
    attention: attention.map((row) => Array.from(row, (weight) => Number(weight.toFixed(4)))),
  })),
})

/** Translations of a text for a reader. */
function translationsText(translations: readonly Translation[]): string {
  const probability = (logProbability: number): string => percent(Math.exp(logProbability))
  const [{ text, logProbability }] = translations
  if (translations.length === 1) return `${bold(text)}  ${dim(probability(logProbability))}`
  return table([
    ['probability', 'translation'],
    ...translations.map((each) => [probability(each.logProbability), each.text]),
  ])
}

/** Prints the translations of texts. */
function printTranslations(
  translator: TextTranslator,
  texts: readonly string[],
  found: readonly (readonly Translation[])[],
  { json, quiet, lines }: TranslateFlags & { readonly lines?: boolean },
): void {
  for (const [i, text] of texts.entries()) {
    if (json) console.log(JSON.stringify(dataOf(text, found[i]), null, lines ? undefined : 2))
    else if (quiet || lines) for (const each of found[i]) console.log(each.text)
    else {
      if (texts.length > 1) print(dim(text))
      print(translationsText(found[i]))
    }
    if (!quiet) for (const warning of warningsOf(translator, text, found[i])) note(`gentle: ${warning}`)
  }
}

/** Draws what the best translation of a text looked at. @throws UsageError where the picture cannot be written. */
async function draw(file: string, [best]: readonly Translation[]): Promise<void> {
  const { plotAttention } = await import('gentle-dl-plot')
  const picture = plotAttention(best.attention, best.sourcePieces, best.pieces)
  writeOutput('--out', file, picture)
}

/** Runs the command. Gives the exit code. */
export async function translate(place: string, texts: readonly string[], flags: TranslateFlags): Promise<number> {
  const search = searchOf(flags)
  const { out } = flags
  if (out !== undefined && !out.endsWith('.svg')) throw new UsageError(`--out is ${out}; expected an .svg file`)
  if (out !== undefined && texts.length > 1)
    throw new UsageError(`--out draws the attention of one text, but ${texts.length} were given`)
  const empty = texts.findIndex((text) => text.trim() === '')
  if (empty >= 0) throw new UsageError(`text ${empty + 1} is empty; expected a text to translate`)
  const translator = await openTranslating(place)
  const translated = (lines: readonly string[]): Promise<Translation[][]> => translator.translate(lines, search)
  try {
    if (texts.length > 0) {
      const found = await translated(texts)
      printTranslations(translator, texts, found, flags)
      if (out !== undefined) await draw(out, found[0])
    } else if (process.stdin.isTTY && !flags.json) await interact(translator, translated, flags)
    else await translateLines(translator, translated, flags)
  } finally {
    translator.dispose()
  }
  return exitCodes.done
}

type Translating = (lines: readonly string[]) => Promise<Translation[][]>

/** Translates what is typed, until its end. @param input what is typed */
export async function interact(
  translator: TextTranslator,
  translated: Translating,
  flags: TranslateFlags,
  input: NodeJS.ReadableStream = process.stdin,
): Promise<void> {
  note(dim('type a text and press Enter; Ctrl+D ends'))
  const lines = createInterface({ input, output: process.stderr, prompt: '> ' })
  let open = true
  lines.once('close', () => {
    open = false
  })
  lines.prompt()
  for await (const line of lines) {
    if (line.trim() !== '') {
      const found = await translated([line])
      printTranslations(translator, [line], found, flags)
      if (flags.out !== undefined) await draw(flags.out, found[0])
    }
    // It may have ended while a text was translated; who asks a closed one for more gets an error.
    if (open) lines.prompt()
  }
  note('')
}

/** Most lines that are translated together. */
const maxConcurrent = 256

/** Translates lines of standard input as they come, one per line; those that wait are translated together. An empty line stays empty. */
async function translateLines(
  translator: TextTranslator,
  translated: Translating,
  flags: TranslateFlags,
): Promise<void> {
  if (flags.out !== undefined)
    throw new UsageError('--out draws the attention of one text; give the text on the command line')
  const waiting: string[] = []
  let [ended, wake] = [false, (): void => {}]
  const input = createInterface({ input: process.stdin })
  input.on('line', (line) => {
    waiting.push(line)
    wake()
  })
  input.on('close', () => {
    ended = true
    wake()
  })
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      continue
    }
    const lines = waiting.splice(0, maxConcurrent)
    const texts = lines.filter((line) => line.trim() !== '')
    const found = texts.length === 0 ? [] : await translated(texts)
    let at = 0
    for (const line of lines) {
      if (line.trim() === '') console.log(flags.json ? JSON.stringify({ source: '', translations: [] }) : '')
      else {
        printTranslations(translator, [line], [found[at]], { ...flags, lines: true })
        at++
      }
    }
  }
}
