/** Language models as files of ARPA's format, in which toolkits exchange them: text, logarithms to base 10, a section for the sequences of each length. */
import { FormatError } from '../../core/errors.ts'
import { type Ngram, NgramModel, newNgram, unknownToken } from './ngram-model.ts'

/** What parts a line. Other blanks, such as those at which no line is broken, are within tokens. */
const blanks = /[\t-\r ]+/

/** What files have for log10 of 0. */
const logOfZero = -99

/** What has no end of a line is no model, and would be kept until its end. */
const longestLine = 2 ** 20

/** Unknown words as some toolkits write them. */
const unknownTokens = new Set(['<unk>', '<UNK>'])

/**
 * Reads a model in ARPA's format, as SRILM, KenLM, CMU Sphinx and `writeArpa` write it: a text, or the bytes of a file, also one that gzip has compressed. What
 * stands before `\data\` is passed over; probabilities of 10^-99 and less are 0; `<UNK>` is `<unk>`.
 * @throws FormatError for what is no such file, by the line: sections that are not as long as announced, numbers that are none, tokens that no sequence of one has.
 */
export async function readArpa(source: string | Uint8Array, name = 'ARPA file'): Promise<NgramModel> {
  const reader = new ArpaReader(name)
  if (typeof source === 'string') reader.push(source)
  else for await (const text of textOf(source, name)) reader.push(text)
  return reader.end()
}

/** The text of bytes, piece by piece: a language model may be longer than a string can be. */
async function* textOf(bytes: Uint8Array, name: string): AsyncGenerator<string> {
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = (isCompressed ? stream.pipeThrough(new DecompressionStream('gzip')) : stream).getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      yield decoder.decode(value, { stream: true })
    }
    yield decoder.decode()
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(
      `${name}: ${isCompressed ? 'its bytes cannot be decompressed, or are not text' : 'its bytes are not text'}; expected UTF-8`,
      { cause },
    )
  }
}

class ArpaReader {
  readonly #name: string
  readonly #root = newNgram()
  readonly #tokens: string[] = []
  readonly #numbers = new Map<string, number>()
  /** How many sequences of each length are announced, and how many of the section that is read have come. */
  readonly #announced: number[] = []
  #read = 0
  /** The length whose section is read; 0 in the list of counts, -1 before it, and infinite behind the end. */
  #length = -1
  #line = 0
  #rest = ''

  constructor(name: string) {
    this.#name = name
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#take(line)
    if (this.#rest.length > longestLine) {
      this.#line++
      this.#fail(`it has more than ${longestLine} letters`)
    }
  }

  end(): NgramModel {
    if (this.#rest !== '') this.#take(this.#rest)
    if (this.#length === -1) this.#fail('there is no \\data\\')
    if (this.#length !== Number.POSITIVE_INFINITY) this.#fail('it ends before \\end\\')
    return new NgramModel(this.#announced.length, this.#tokens, this.#root)
  }

  #fail(why: string): never {
    throw new FormatError(`${this.#name}, line ${this.#line}: ${why}`)
  }

  #take(raw: string): void {
    this.#line++
    const line = raw.trim()
    if (this.#length === -1) {
      if (line === '\\data\\') this.#length = 0
      return
    }
    if (line === '' || this.#length === Number.POSITIVE_INFINITY) return
    if (line.startsWith('\\') && /^\\(\d+-grams:|end\\)$/.test(line)) this.#section(line)
    else if (this.#length === 0) this.#count(line)
    else this.#sequence(raw)
  }

  /** `ngram 2=1234`. */
  #count(line: string): void {
    const [, length, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(line) ?? []
    if (length === undefined) this.#fail(`'${line}'; expected the number of sequences, as ngram 1=5000`)
    if (Number(length) !== this.#announced.length + 1)
      this.#fail(`it counts sequences of length ${length}; expected ${this.#announced.length + 1}`)
    this.#announced.push(Number(count))
  }

  #section(line: string): void {
    const announced = this.#announced[this.#length - 1] ?? 0
    if (this.#length > 0 && this.#read !== announced)
      this.#fail(`there are ${this.#read} sequences of length ${this.#length}; ${announced} are announced`)
    const next = this.#length + 1
    const isEnd = line === '\\end\\'
    const expected = this.#length === this.#announced.length ? '\\end\\' : `\\${next}-grams:`
    if (this.#announced.length === 0) this.#fail('no sequences are counted; expected such lines as ngram 1=5000')
    if (line !== expected) this.#fail(`${line}; expected ${expected}`)
    this.#length = isEnd ? Number.POSITIVE_INFINITY : next
    this.#read = 0
  }

  /** A logarithm, tokens, and, but for the longest, the logarithm of a factor, which may be left out. */
  #sequence(raw: string): void {
    const length = this.#length
    if (this.#read === this.#announced[length - 1])
      this.#fail(`there are more sequences of length ${length} than the ${this.#read} that are announced`)
    const line = raw.trim()
    const [probability, ...parts] = raw.split(blanks).filter((part) => part !== '')
    if (parts.length !== length && parts.length !== length + 1)
      this.#fail(
        `'${line}' has ${parts.length + 1} parts; expected a logarithm, ${length} ${length === 1 ? 'token' : 'tokens'}, and the logarithm of a factor or none`,
      )
    const logProbability = this.#number(probability)
    if (logProbability > 1e-4) this.#fail(`the logarithm of a probability is ${probability}; expected none above 0`)
    const logBackoff = parts.length > length ? this.#number(parts[length]) : 0
    let ngram = this.#root
    for (const [i, token] of parts.slice(0, length).entries()) {
      const number = length === 1 ? this.#newToken(token) : this.#tokenNumber(token)
      const child: Ngram = ngram.children.get(number) ?? newNgram()
      if (i === length - 1 && !Number.isNaN(child.logProbability)) this.#fail(`'${line}' is listed twice`)
      ngram.children.set(number, child)
      ngram = child
    }
    ngram.logProbability =
      logProbability <= logOfZero ? Number.NEGATIVE_INFINITY : Math.min(0, logProbability) * Math.LN10
    ngram.logBackoff = logBackoff <= logOfZero ? Number.NEGATIVE_INFINITY : logBackoff * Math.LN10
    this.#read++
  }

  #number(text: string): number {
    const number = /^-inf(inity)?$/i.test(text) ? Number.NEGATIVE_INFINITY : Number(text)
    if (Number.isNaN(number) || number === Number.POSITIVE_INFINITY) this.#fail(`'${text}' is not a number`)
    return number
  }

  #newToken(written: string): number {
    const token = unknownTokens.has(written) ? unknownToken : written
    const known = this.#numbers.get(token)
    if (known !== undefined) return known
    this.#numbers.set(token, this.#tokens.length)
    return this.#tokens.push(token) - 1
  }

  #tokenNumber(written: string): number {
    const number = this.#numbers.get(unknownTokens.has(written) ? unknownToken : written)
    if (number === undefined) this.#fail(`'${written}' is not among the unigrams`)
    return number
  }
}

/** log10, as files write it. */
const written = (natural: number): string =>
  natural === Number.NEGATIVE_INFINITY ? String(logOfZero) : String(Number((natural / Math.LN10).toFixed(6)) + 0)

/** A model in ARPA's format, which `readArpa` and the toolkits of others read. */
export function writeArpa(model: NgramModel): string {
  const sections: string[][] = Array.from({ length: model.order }, () => [])
  const visit = (ngram: Ngram, tokens: readonly string[]): void => {
    for (const [number, child] of ngram.children) {
      const all = [...tokens, model.tokens[number]]
      if (!Number.isNaN(child.logProbability)) {
        const factor = child.children.size > 0 || child.logBackoff !== 0 ? `\t${written(child.logBackoff)}` : ''
        sections[all.length - 1].push(`${written(child.logProbability)}\t${all.join(' ')}${factor}`)
      }
      visit(child, all)
    }
  }
  visit(model.root, [])
  const counts = sections.map((lines, i) => `ngram ${i + 1}=${lines.length}`)
  return [
    '\\data\\',
    ...counts,
    ...sections.flatMap((lines, i) => ['', `\\${i + 1}-grams:`, ...lines]),
    '',
    '\\end\\',
    '',
  ].join('\n')
}
