/** How logits become texts on the command line: by the likeliest letter of each step, or by beam search with a language model. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  characterErrorRate,
  characterTokens,
  countNgrams,
  type NgramModel,
  readArpa,
  spaceToken,
  writeArpa,
} from 'gentle-dl/language'
import { CtcBeamSearch, type DecodingLanguage, type TranscribeOptions, type Transcriber } from 'gentle-dl/speech'
import { UsageError } from '../terminal/usage.ts'

export interface DecodingFlags {
  /** Beginnings of texts that are looked at together; 1 takes the likeliest letter of each step. */
  readonly beamSize?: number
  /** A file of an ARPA language model, or none. */
  readonly languageModel?: string
}

/** How texts are found, and how that is told. */
export interface Decoding extends TranscribeOptions {
  readonly text: string
}

/** How much a language model counts. */
interface Weights {
  readonly weight: number
  readonly bonus: number
}

/** The language model that a run keeps, of what is said in its training, and how much it counts. */
export const languageModelFile = 'language-model.arpa'
export const decodingFile = 'decoding.json'

const defaultBeam = 32

/** Letters that a letter's probability depends on, and itself. */
const order = 6

/** Of a model that nobody chose them for. */
const defaultWeights: Weights = { weight: 0.5, bonus: 0.5 }

const greedy: Decoding = { text: 'greedy decoding' }

/** A language model of the letters of texts, as a file. */
export const countLanguageModel = (texts: readonly string[]): string =>
  writeArpa(countNgrams(texts.map(characterTokens), { order }))

/** Beam search, with a language model where one is given. */
function searching({ symbols }: Transcriber, beamSize: number, language?: Omit<DecodingLanguage, 'symbols'>) {
  return (logits: Float32Array, size: number): Int32Array => {
    const search = new CtcBeamSearch(size, {
      beamSize,
      ...(language === undefined ? {} : { language: { ...language, symbols: symbols.symbols } }),
    })
    search.push(logits)
    return search.best()[0].symbols
  }
}

const tokensOf = (model: NgramModel): DecodingLanguage['tokens'] => (model.knows(spaceToken) ? 'characters' : 'words')

/** @throws UsageError for a file that is missing; FormatError for one that is not a language model. */
async function modelIn(file: string): Promise<NgramModel> {
  if (!existsSync(file)) throw new UsageError(`--language-model ${file}: no such file`)
  return readArpa(readFileSync(file), file)
}

/**
 * How a model's logits become texts: as its run has chosen, by default.
 * @throws UsageError for flags that do not go together.
 */
export async function decodingFor(
  place: string,
  transcriber: Transcriber,
  { beamSize = defaultBeam, languageModel }: DecodingFlags,
): Promise<Decoding> {
  if (!(Number.isInteger(beamSize) && beamSize >= 1 && beamSize <= 10_000))
    throw new UsageError(`--beam-size is ${beamSize}; expected a whole number from 1 to 10000`)
  if (beamSize === 1 && languageModel !== undefined && languageModel !== 'none')
    throw new UsageError('--language-model needs beam search; leave out --beam-size 1')
  if (beamSize === 1) return greedy
  const own = join(place, languageModelFile)
  const file = languageModel ?? (existsSync(own) ? own : 'none')
  if (file === 'none') return { decode: searching(transcriber, beamSize), text: `beam search, beam size ${beamSize}` }
  const model = await modelIn(file)
  const stored = join(place, decodingFile)
  const weights: Weights =
    languageModel === undefined && existsSync(stored) ? JSON.parse(readFileSync(stored, 'utf8')) : defaultWeights
  return withModel(
    transcriber,
    model,
    beamSize,
    weights,
    languageModel === undefined ? 'of the training' : `of ${file}`,
  )
}

function withModel(
  transcriber: Transcriber,
  model: NgramModel,
  beamSize: number,
  { weight, bonus }: Weights,
  whose: string,
): Decoding {
  const tokens = tokensOf(model)
  const what = `${model.order}-grams of ${tokens === 'words' ? 'words' : 'letters'} ${whose}`
  return {
    decode: searching(transcriber, beamSize, { model, tokens, weight, bonus }),
    text: `beam search, beam size ${beamSize}, with ${what} (weight ${weight}, bonus ${bonus})`,
  }
}

/**
 * How much the language model shall count: what makes the fewest letters wrong of recordings that were not learned from.
 * @param logits of each of them
 */
export async function chooseWeights(
  transcriber: Transcriber,
  model: NgramModel,
  logits: readonly Float32Array[],
  said: readonly string[],
): Promise<Weights> {
  let best: Weights & { rate: number } = { weight: 0, bonus: 0, rate: Number.POSITIVE_INFINITY }
  for (const weight of [0, 0.2, 0.4, 0.6, 0.9])
    for (const bonus of weight === 0 ? [0] : [0, 0.5, 1]) {
      const decode = searching(transcriber, defaultBeam / 2, { model, tokens: tokensOf(model), weight, bonus })
      const recognized = logits.map((each) => transcriber.symbols.decode(decode(each, transcriber.symbols.size)))
      const { rate } = characterErrorRate(said, recognized)
      if (rate < best.rate) best = { weight, bonus, rate }
      // So that an interrupt gets its turn.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
  return { weight: best.weight, bonus: best.bonus }
}
