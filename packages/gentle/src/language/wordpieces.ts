/** Texts as numbers: pieces of words, from single characters to whole words. */
import { ArgumentError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'

/** The number with which a sequence begins, where what was said before goes into a network. */
export const beginPiece = 0
/** The number with which a sequence ends. */
export const endPiece = 1

const special = ['<s>', '</s>']

/** The digits of a character that training has not met: always six, so that they need no end. */
const digitCount = 6
const firstDigit = special.length
/** Where pieces of text begin. */
export const firstText = firstDigit + 16

/** What stands for a character that cannot be told. */
const replacement = '\ufffd'

/** Pieces as they are kept, plain data. */
export interface StoredPieces {
  /** Whether pieces reach over characters within words; else each is one character. */
  readonly kind: 'wordpieces' | 'characters'
  /** The texts, in the order in which they were made: characters, then what was joined of two. */
  readonly texts: readonly string[]
}

/**
 * Words as wordpieces see them, each with the blank before it, so that they stand for the text to the letter: letters with their marks, single digits, other
 * signs, and further blanks. Where nothing ends them, as in languages without blanks, they end after 64.
 */
const words = / ?[\p{L}\p{M}]{1,64}| ?\p{N}| ?[^\s\p{L}\p{M}\p{N}]{1,64}|\s/gu

/** A text's words. A blank is put before the first, so that a word is the same there as elsewhere. */
export const wordsOfText = (text: string): readonly string[] => ` ${text}`.match(words) ?? []

/**
 * A vocabulary of pieces (Schuster and Nakajima, "Japanese and Korean Voice Search", 2012; Wu et al., "Google's Neural Machine Translation System", 2016, section
 * 4.1). It says every text, and to the letter: `decode(encode(text))` is the text, whatever blanks, letters and signs it has. A character that is not a piece is spelled by its
 * code point in six hexadecimal digits, pieces of their own.
 *
 * ```ts
 * const pieces = trainWordpieces(['low lower lowest', 'new newer newest'], { size: 40 })
 * pieces.decode(pieces.encode('slowest ✓')) // → 'slowest ✓'
 * ```
 */
export class Wordpieces {
  readonly kind: StoredPieces['kind']
  /** The text of each piece by its number: `<s>`, `</s>`, the digits `<0>` to `<f>`, and texts. */
  readonly pieces: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>
  /** Words that were met before. */
  readonly #known = new Map<string, readonly number[]>()

  /** @throws ArgumentError for texts that are empty or there twice, and characters that are longer than one. */
  constructor({ kind, texts }: StoredPieces) {
    this.kind = kind
    this.pieces = [...special, ...Array.from({ length: 16 }, (_, digit) => `<${digit.toString(16)}>`), ...texts]
    this.#numbers = new Map(texts.map((text, i) => [text, firstText + i]))
    const odd = texts.find((text) => text === '' || (kind === 'characters' && Array.from(text).length > 1))
    if (odd !== undefined || this.#numbers.size < texts.length)
      throw new ArgumentError(
        odd === undefined
          ? `wordpieces: ${texts.length} texts, of which ${this.#numbers.size} are different; expected each once`
          : `wordpieces: '${printable(odd)}' is not a piece of kind ${kind}`,
      )
  }

  /** How many there are, with the special ones. */
  get size(): number {
    return this.pieces.length
  }

  /** A text's pieces by their numbers; without begin and end. */
  encode(text: string): number[] {
    if (this.kind === 'characters') return Array.from(text).flatMap((character) => this.#spelled(character))
    return wordsOfText(text).flatMap((word) => this.#piecesOf(word))
  }

  /**
   * The text of pieces; begin and end are none. Digits that spell no character, as a network may give them, are U+FFFD.
   * @throws ArgumentError for numbers of no piece.
   */
  decode(numbers: Iterable<number>): string {
    let [text, digits] = ['', '']
    const endDigits = (): void => {
      if (digits !== '') text += replacement
      digits = ''
    }
    for (const number of numbers) {
      const piece = this.pieces[number]
      if (piece === undefined)
        throw new ArgumentError(`wordpieces: there is no piece ${number}; expected 0 to ${this.size - 1}`)
      if (number >= firstDigit && number < firstText) {
        digits += (number - firstDigit).toString(16)
        if (digits.length < digitCount) continue
        const code = Number.parseInt(digits, 16)
        text += code <= 0x10ffff ? String.fromCodePoint(code) : replacement
        digits = ''
        continue
      }
      endDigits()
      if (number >= firstText) text += piece
    }
    endDigits()
    return this.kind === 'wordpieces' && text.startsWith(' ') ? text.slice(1) : text
  }

  /** Plain data, of which the constructor makes the same again. */
  toJSON(): StoredPieces {
    return { kind: this.kind, texts: this.pieces.slice(firstText) }
  }

  /** A character by its piece or its digits. */
  #spelled(character: string): number[] {
    const own = this.#numbers.get(character)
    if (own !== undefined) return [own]
    const digits = character.codePointAt(0)!.toString(16).padStart(digitCount, '0')
    return Array.from(digits, (digit) => firstDigit + Number.parseInt(digit, 16))
  }

  #piecesOf(word: string): readonly number[] {
    const known = this.#known.get(word)
    if (known !== undefined) return known
    const joined = this.#joined(word)
    this.#known.set(word, joined)
    return joined
  }

  /** Joins a word's characters to pieces, two neighbours at a time: what was joined first in training is joined first. */
  #joined(word: string): readonly number[] {
    const parts = Array.from(word)
    for (;;) {
      let [at, best] = [-1, Number.POSITIVE_INFINITY]
      for (let i = 0; i + 1 < parts.length; i++) {
        const number = this.#numbers.get(parts[i] + parts[i + 1]) ?? best
        if (number < best) [at, best] = [i, number]
      }
      if (at < 0) return parts.flatMap((part) => this.#numbers.get(part) ?? this.#spelled(part))
      parts.splice(at, 2, parts[at] + parts[at + 1])
    }
  }
}
