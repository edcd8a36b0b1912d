/** Translations of texts: what `createTranslator` does for tokens, with the vocabularies of both sides. */
import type { Backend } from '../backends/backend.ts'
import { ArgumentError, FormatError, GentleError } from '../core/errors.ts'
import { encodeWithEnd, type PairVocabularies } from '../data/pairs/pairs-set.ts'
import { beginPiece, endPiece, type StoredPieces, Wordpieces } from '../language/wordpieces.ts'
import type { InputsModel } from '../nn/model.ts'
import { openInputsModel } from './open-model.ts'
import { createTranslator, type TranslateOptions, type Translator } from './translator.ts'

/** A text that a model made of another. */
export interface Translation {
  readonly text: string
  /** By which translations of a text are compared: GNMT's equation 14. */
  readonly score: number
  /** The logarithm of its probability. */
  readonly logProbability: number
  /** Whether it came to an end by itself, and not because it was as long as it may be. */
  readonly ended: boolean
  /** The pieces of what was translated, and those of the translation, their ends among them. */
  readonly sourcePieces: readonly string[]
  readonly pieces: readonly string[]
  /** How much each piece of the translation looked at each one of the source: one row per piece, which sums to 1. */
  readonly attention: readonly Float32Array[]
}

/**
 * Translates texts by a model.
 *
 * ```ts
 * const translator = await openTranslator('runs/translate/gnmt-pairs')
 * const [[best]] = await translator.translate(['twenty-one'], { beamSize: 4 })
 * console.log(best.text)
 * translator.dispose()
 * ```
 */
export class TextTranslator {
  readonly model: InputsModel
  readonly vocabularies: PairVocabularies
  readonly #translator: Translator

  /** @throws ArgumentError for a model that makes no sequences. */
  constructor(model: InputsModel, vocabularies: PairVocabularies) {
    this.model = model
    this.vocabularies = vocabularies
    this.#translator = createTranslator(model, { begin: beginPiece, end: endPiece })
  }

  /**
   * The likeliest translations of each text, best first, as many as `nBest` says. Blanks around a text are left out, as in training.
   * @throws ArgumentError for a text that is empty, and options out of range.
   */
  async translate(texts: readonly string[], options: TranslateOptions = {}): Promise<Translation[][]> {
    const { source, target } = this.vocabularies
    const sources = texts.map((text, i) => {
      if (text.trim() === '')
        throw new ArgumentError(`translate: text ${i + 1} is empty; expected something to translate`)
      return encodeWithEnd(source, text.trim())
    })
    const found = await this.#translator.translate(sources, options)
    return found.map((hypotheses, i) =>
      hypotheses.map(({ tokens, score, logProbability, ended, attention = [] }) => ({
        text: target.decode(tokens),
        score,
        logProbability,
        ended,
        sourcePieces: sources[i].map((number) => source.pieces[number]),
        pieces: Array.from(ended ? [...tokens, endPiece] : tokens, (number) => target.pieces[number]),
        attention,
      })),
    )
  }

  /** Frees the memory of its programs; the model remains usable. */
  dispose(): void {
    this.#translator.dispose()
  }
}

/** What the file of a model that translates tells of its texts: `encoding` of a `ModelPurpose`, plain JSON. */
export interface TranslationEncoding {
  readonly source: StoredPieces
  readonly target: StoredPieces
}

/** The vocabularies that a file tells. @throws FormatError for what is none. */
export function vocabulariesFrom(encoding: unknown, name: string): PairVocabularies {
  const of = (side: 'source' | 'target'): Wordpieces => {
    const stored = (encoding as Partial<TranslationEncoding> | null | undefined)?.[side]
    const isStored =
      (stored?.kind === 'wordpieces' || stored?.kind === 'characters') &&
      Array.isArray(stored.texts) &&
      stored.texts.every((text) => typeof text === 'string')
    if (!isStored) throw new FormatError(`${name} does not contain the pieces of its ${side} texts`)
    try {
      return new Wordpieces(stored)
    } catch (cause) {
      if (!(cause instanceof GentleError)) throw cause
      throw new FormatError(`${name}: the pieces of its ${side} texts are broken: ${cause.message}`, { cause })
    }
  }
  return { source: of('source'), target: of('target') }
}

/**
 * Opens what translates from the folder of a training, or from a file of its weights.
 * @throws as `openInputsModel`; FormatError for a model that does not tell the pieces of its texts.
 */
export async function openTranslator(
  place: string,
  options: { readonly backend?: Backend } = {},
): Promise<TextTranslator> {
  const { model, encoding } = await openInputsModel(place, options)
  return new TextTranslator(model, vocabulariesFrom(encoding, place))
}
