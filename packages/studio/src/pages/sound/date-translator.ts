/** Learns to translate dates, letter by letter, with attention. */
import {
  adam,
  type Backend,
  createTrainer,
  GentleError,
  type InputsModel,
  sequenceAccuracy,
  sequenceCrossEntropy,
  type Trainer,
  tokenAccuracy,
} from 'gentle-dl'
import { pairsSet } from 'gentle-dl/data'
import { characterPieces, endPiece, TextTranslator } from 'gentle-dl/language'
import { gnmt } from 'gentle-dl/models'
import { drawDates } from './dates.ts'
import { trainEpoch } from './train-epoch.ts'

/** A date that cannot be translated. */
export class DateError extends GentleError {}

/** Dates to learn from, and others that tell how well it learns. */
export const [learned, validated] = [2000, 200]

export const dateEpochs = 8
export const dateUnits = 48
export const dateRate = 0.005
export const dateBatch = 32

export interface Translated {
  readonly text: string
  /** Letters of the source and of the translation, the end of each as '⏎'. */
  readonly source: readonly string[]
  readonly pieces: readonly string[]
  /** How much each letter of the translation looked at each one of the source. */
  readonly attention: readonly Float32Array[]
  /** Whether it ended by itself. */
  readonly ended: boolean
}

export interface LearnedEpoch {
  readonly loss: number
  /** Share of the validation dates that are right as a whole. */
  readonly right: number
}

export class DateTranslator {
  readonly epochs: LearnedEpoch[] = []
  readonly #trainer: Trainer<InputsModel>
  readonly #validation: ReturnType<typeof pairsSet>
  readonly #translator: TextTranslator

  static async begin(seed: number, backend: Backend): Promise<DateTranslator> {
    const pairs = drawDates(learned + validated, seed)
    const vocabularies = {
      source: characterPieces(pairs.map(({ source }) => source)),
      target: characterPieces(pairs.map(({ target }) => target)),
    }
    const network = gnmt({
      sourceTokens: vocabularies.source.size,
      targetTokens: vocabularies.target.size,
      units: dateUnits,
      dropout: 0,
    })
    const trainer = await createTrainer(network, pairsSet(pairs.slice(0, learned), vocabularies), {
      loss: sequenceCrossEntropy(),
      metrics: [sequenceAccuracy, tokenAccuracy],
      optimizer: adam({ learningRate: dateRate, clipNorm: 1 }),
      batchSize: dateBatch,
      epochs: dateEpochs,
      seed,
      backend,
    })
    const validation = pairsSet(pairs.slice(learned), vocabularies)
    return new DateTranslator(trainer, validation, new TextTranslator(trainer.model, vocabularies))
  }

  private constructor(
    trainer: Trainer<InputsModel>,
    validation: ReturnType<typeof pairsSet>,
    translator: TextTranslator,
  ) {
    this.#trainer = trainer
    this.#validation = validation
    this.#translator = translator
  }

  async epoch(): Promise<void> {
    const loss = await trainEpoch(this.#trainer)
    const evaluation = await this.#trainer.evaluate(this.#validation)
    await this.#trainer.endEpoch(evaluation)
    this.epochs.push({ loss, right: evaluation.sequenceAccuracy! })
  }

  /** @throws DateError for a text with letters that are in no date. */
  async translate(text: string): Promise<Translated> {
    const { source } = this.#translator.vocabularies
    const trimmed = text.trim().toLowerCase()
    const odd = [...trimmed].find((letter) => source.encode(letter).some((piece) => source.decode([piece]) !== letter))
    if (trimmed === '' || odd !== undefined)
      throw new DateError(
        trimmed === ''
          ? 'There is no date; write one such as 5 march 1998.'
          : `'${odd}' is in no date that it learns from; write one such as 5 march 1998, or march 5, 1998.`,
      )
    const [[best]] = await this.#translator.translate([trimmed], { maxLength: 20 })
    const end = source.pieces[endPiece]
    const shown = (piece: string): string => (piece === end ? '⏎' : piece)
    return {
      text: best.text,
      source: best.sourcePieces.map(shown),
      pieces: best.pieces.map(shown),
      attention: best.attention,
      ended: best.ended,
    }
  }

  dispose(): void {
    this.#translator.dispose()
    this.#trainer.dispose()
  }
}
