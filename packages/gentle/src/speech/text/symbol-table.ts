/** Symbols that a network of speech writes. */
import { ArgumentError } from '../../core/errors.ts'

/** Characters by their numbers. Number 0 is CTC's blank, which stands for no symbol. */
export class SymbolTable {
  /** All symbols in order; the first one is '', the blank. */
  readonly symbols: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  /**
   * @param symbols '' first, then a character each
   * @throws ArgumentError for others, and for a symbol that stands there twice.
   */
  constructor(symbols: readonly string[]) {
    if (symbols[0] !== '' || symbols.length < 2)
      throw new ArgumentError(
        `symbols: the first of ${symbols.length} is '${symbols[0]}'; expected '', the blank, and others`,
      )
    const odd = symbols.findIndex((symbol, i) => i > 0 && [...symbol].length !== 1)
    if (odd >= 0) throw new ArgumentError(`symbols: '${symbols[odd]}' is ${odd}; expected a single character`)
    this.symbols = symbols
    this.#numbers = new Map(symbols.map((symbol, number) => [symbol, number]))
    if (this.#numbers.size < symbols.length) throw new ArgumentError('symbols: one of them is listed twice')
  }

  /** A table of all characters of these texts, in the order of their code points. */
  static of(texts: Iterable<string>): SymbolTable {
    const characters = new Set<string>()
    for (const text of texts) for (const character of text) characters.add(character)
    return new SymbolTable(['', ...[...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)])
  }

  /** How many there are, the blank among them. */
  get size(): number {
    return this.symbols.length
  }

  /** The characters of a text that are none of the symbols, each once. */
  unknown(text: string): string[] {
    return [...new Set(text)].filter((character) => !this.#numbers.has(character))
  }

  /** The numbers of a text's characters. @throws ArgumentError for a character that is none of the symbols. */
  encode(text: string): Int32Array<ArrayBuffer> {
    return Int32Array.from([...text], (character) => {
      const number = this.#numbers.get(character)
      if (number === undefined) throw new ArgumentError(`symbols: there is no '${character}' among them`)
      return number
    })
  }

  /** The text of numbers; blanks vanish. @throws ArgumentError for a number of no symbol. */
  decode(numbers: ArrayLike<number>): string {
    return Array.from(numbers, (number) => {
      const symbol = this.symbols[number]
      if (symbol === undefined)
        throw new ArgumentError(`symbols: there is no symbol ${number}; expected 0 to ${this.size - 1}`)
      return symbol
    }).join('')
  }
}
