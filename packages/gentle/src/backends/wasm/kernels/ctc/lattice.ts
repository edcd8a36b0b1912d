/**
 * The lattice of alignments of one target (Graves et al., 2006, figure 3), a column a step. Place u of a column's labels is label u, place u of its
 * blanks the blank before that, so U labels have U + 1 blanks, and four neighbours of a kind are computed at once. Label u is reached from
 * itself, from the blank before it and, where the two differ, from label u - 1; a blank from itself and from the label before it.
 */
import {
  countedLoop,
  f32,
  f32x4,
  i32,
  ifThen,
  Local,
  locals,
  memoryCopy,
  memoryFill,
  type Statement,
  select,
  shuffle32,
  type Value,
  v128,
} from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { KernelContext } from '../../kernel.ts'
import { addScaled, type Computed, mulScaled, powerOfTwo, type Scaled } from './scaled.ts'
import { softmaxRow, wholeVectors } from './softmax-row.ts'

type Pointer = Value<'i32'>

export interface CtcBuffers {
  readonly logits: Buffer
  readonly targets: Buffer
  readonly lengths: Buffer
  readonly targetLengths: Buffer
}

const { splat } = f32x4
const none = splat(Number.NEGATIVE_INFINITY)

/** Where a thread has what, in bytes from the beginning of its workspace. */
export function workspaceOf({ logits, targets }: CtcBuffers) {
  const symbols = wholeVectors(logits.shape[2])
  /** An array of places; its ends are read with what is before and behind it, four places of zeros each. */
  const array = 4 * (wholeVectors(targets.shape[1] + 1) + 8)
  const pairs = 4 * symbols
  const offsets = pairs + 8 * symbols
  const skips = offsets + array
  const shares = skips + array
  return { row: 0, pairs, offsets, skips, shares, columns: shares + array, array, column: 4 * array }
}

/** The arrays of a column: a mantissa and an exponent for each place of a kind. */
const kinds = { labels: 0, blanks: 2 } as const

export class Lattice {
  /** How many steps the example has, and how many labels. */
  readonly steps = new Local('i32')
  readonly size = new Local('i32')
  readonly #context: KernelContext
  readonly #buffers: CtcBuffers
  readonly #blank: number
  readonly #at: ReturnType<typeof workspaceOf>
  /** How many vectors hold the example's places, and where a loop over them is, in bytes. */
  readonly #vectors = new Local('i32')
  readonly #offset = new Local('i32')

  constructor(context: KernelContext, buffers: CtcBuffers, blank: number) {
    this.#context = context
    this.#buffers = buffers
    this.#blank = blank
    this.#at = workspaceOf(buffers)
  }

  /** Reads lengths and labels of example n. `then` runs if they are of this batch and symbols other than the blank, else `otherwise`. */
  example(n: Pointer, then: readonly Statement[], otherwise: readonly Statement[]): Statement[] {
    const { logits, targets, lengths, targetLengths } = this.#buffers
    const [, steps, symbols] = logits.shape
    const labels = targets.shape[1]
    const [u, label, before, source, fits] = locals('i32')
    const own = (buffer: Buffer): Pointer => i32.load(i32.add(this.#context.address(buffer), i32.shl(n, 2)))
    const isAnother = i32.and(i32.ne(u, 0), i32.ne(label, before))
    const inBytes = i32.shl(u, 2)
    return [
      this.steps.set(own(lengths)),
      this.size.set(own(targetLengths)),
      fits.set(i32.and(i32.leU(this.steps, steps), i32.leU(this.size, labels))),
      ifThen(fits, [
        this.#vectors.set(i32.add(i32.shrU(this.size, 2), 1)),
        memoryFill(this.#place('offsets'), 0, this.#at.array - 32),
        countedLoop(this.#offset, i32.add(this.#vectors, 1), [v128.store(this.#along('skips'), none)], { step: 16 }),
        source.set(i32.add(this.#context.address(targets), i32.mul(n, 4 * labels))),
        countedLoop(u, this.size, [
          label.set(i32.load(i32.add(source, inBytes))),
          fits.set(i32.and(fits, i32.and(i32.ltU(label, symbols), i32.ne(label, this.#blank)))),
          i32.store(i32.add(this.#place('offsets'), inBytes), i32.shl(label, 3)),
          f32.store(
            i32.add(this.#place('skips'), inBytes),
            select(f32.const(0), f32.const(Number.NEGATIVE_INFINITY), isAnother),
          ),
          before.set(label),
        ]),
      ]),
      ifThen(fits, then, otherwise),
    ]
  }

  /** Computes the probabilities of all symbols at step t of example n, for `forwards` and `backwards`. */
  symbols(n: Pointer, t: Pointer): Statement[] {
    const { logits } = this.#buffers
    const [, steps, symbols] = logits.shape
    const source = i32.add(this.#context.address(logits), i32.mul(i32.add(i32.mul(n, steps), t), 4 * symbols))
    return softmaxRow(this.#context, symbols, source, this.#start('row'), this.#start('pairs'))
  }

  /** A column of zeros but for 1 at a blank: the first before the first step, the last behind the last step. */
  begin(column: Local<'i32'>, blank: Pointer): Statement[] {
    const at = i32.add(column, this.#offset)
    const place = i32.add(column, i32.shl(blank, 2))
    const cleared = [0, 1, 2, 3].map((k) => v128.store(at, k % 2 === 0 ? splat(0) : none, k * this.#at.array))
    return [
      countedLoop(this.#offset, i32.add(this.#vectors, 2), cleared, { step: 16 }),
      f32.store(place, f32.const(1), this.#within(kinds.blanks)),
      f32.store(place, f32.const(0), this.#within(kinds.blanks + 1)),
    ]
  }

  /** α of a step from that of the step before; both may be one column. */
  forwards(source: Local<'i32'>, target: Local<'i32'>): Statement[] {
    const [from, to] = locals('i32')
    const label = this.#load(from, kinds.labels)
    const blank = this.#load(from, kinds.blanks)
    const before = this.#load(from, kinds.labels, -4)
    const skipped = this.#skipping(before, 0)
    const labels = addScaled([label, blank, skipped])
    const blanks = addScaled([blank, before])
    const symbols = this.#symbolsOfPlaces()
    const nextLabels = mulScaled(labels, symbols.labels)
    const nextBlanks = mulScaled(blanks, symbols.blank)
    return [
      ...symbols.begin,
      v128.store(target, splat(0), kinds.labels * this.#at.array),
      v128.store(target, none, (kinds.labels + 1) * this.#at.array),
      // From the last place on, so that what is read has not been written yet.
      countedLoop(
        this.#offset,
        this.#vectors,
        [
          from.set(i32.add(source, this.#offset)),
          to.set(i32.add(target, this.#offset)),
          ...[label, blank, before, skipped, labels, blanks].flatMap(({ statements }) => statements),
          ...symbols.labels.statements,
          ...nextLabels.statements,
          ...nextBlanks.statements,
          ...this.#store(to, kinds.labels, nextLabels),
          ...this.#store(to, kinds.blanks, nextBlanks),
        ],
        { from: i32.shl(i32.sub(this.#vectors, 1), 4), step: -16 },
      ),
    ]
  }

  /** The likelihood of all alignments, in all lanes: where the last column's last label or last blank is reached. */
  likelihood(column: Local<'i32'>): Computed {
    const last = i32.add(column, i32.shl(this.size, 2))
    const at = (kind: number, shift: number): Scaled => ({
      mantissa: v128.load32Splat(last, this.#within(kind) + shift),
      exponent: v128.load32Splat(last, this.#within(kind + 1) + shift),
    })
    return addScaled([at(kinds.labels, -4), at(kinds.blanks, 0)])
  }

  /**
   * β of a step from that of the step behind it, in one column, with what each symbol's logit at this step has for a gradient: its probability less its share
   * of all alignments, written to `target`. `alpha` is the step's column. β does not count its own step until it is stored.
   */
  backwards(alpha: Local<'i32'>, column: Local<'i32'>, likelihood: Scaled, target: Pointer): Statement[] {
    const [at, forwardsAt, u] = locals('i32')
    const [inverse, ofBlank, ofLabels] = locals('v128')
    const label = this.#load(at, kinds.labels)
    const blank = this.#load(at, kinds.blanks)
    const next = this.#load(at, kinds.labels, 4)
    const nextBlank = this.#load(at, kinds.blanks, 4)
    const skipped = this.#skipping(next, 4)
    const labels = addScaled([label, nextBlank, skipped])
    const blanks = addScaled([blank, label])
    const symbols = this.#symbolsOfPlaces()
    const nextLabels = mulScaled(labels, symbols.labels)
    const nextBlanks = mulScaled(blanks, symbols.blank)
    const share = (kind: number, beta: Scaled): Value<'v128'> => {
      const mantissa = f32x4.mul(f32x4.mul(v128.load(forwardsAt, this.#within(kind)), beta.mantissa), inverse)
      const exponent = f32x4.add(v128.load(forwardsAt, this.#within(kind + 1)), beta.exponent)
      // No share is above 1, but for what exponents of many millions lose.
      const difference = f32x4.pmin(splat(1), f32x4.sub(exponent, likelihood.exponent))
      return f32x4.mul(mantissa, powerOfTwo(difference))
    }
    const labelShare = i32.add(this.#place('shares'), i32.shl(u, 2))
    const labelRow = i32.add(this.#start('row'), i32.shrU(i32.load(i32.add(this.#place('offsets'), i32.shl(u, 2))), 1))
    const blankRow = i32.add(this.#start('row'), 4 * this.#blank)
    const lane = (k: 0 | 1 | 2 | 3) => f32x4.extractLane(ofBlank, k)
    const symbolCount = this.#buffers.logits.shape[2]
    return [
      ...symbols.begin,
      inverse.set(f32x4.div(splat(1), likelihood.mantissa)),
      ofBlank.set(splat(0)),
      countedLoop(
        this.#offset,
        this.#vectors,
        [
          at.set(i32.add(column, this.#offset)),
          forwardsAt.set(i32.add(alpha, this.#offset)),
          ...[label, blank, next, nextBlank, skipped, labels, blanks].flatMap(({ statements }) => statements),
          ofLabels.set(share(kinds.labels, labels)),
          ofBlank.set(f32x4.add(ofBlank, share(kinds.blanks, blanks))),
          v128.store(this.#along('shares'), ofLabels),
          ...symbols.labels.statements,
          ...nextLabels.statements,
          ...nextBlanks.statements,
          ...this.#store(at, kinds.labels, nextLabels),
          ...this.#store(at, kinds.blanks, nextBlanks),
        ],
        { step: 16 },
      ),
      ...this.#probabilities(),
      countedLoop(u, this.size, [f32.store(labelRow, f32.sub(f32.load(labelRow), f32.load(labelShare)))]),
      f32.store(blankRow, f32.sub(f32.load(blankRow), f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3))))),
      memoryCopy(target, this.#start('row'), 4 * symbolCount),
    ]
  }

  /** Probabilities of the step as plain numbers. */
  #probabilities(): Statement[] {
    const source = new Local('i32')
    const [low, high] = locals('v128')
    const mantissas = shuffle32([0, 2, 4, 6], low, high)
    const exponents = shuffle32([1, 3, 5, 7], low, high)
    return [
      source.set(this.#start('pairs')),
      countedLoop(
        this.#offset,
        wholeVectors(this.#buffers.logits.shape[2]) / 4,
        [
          low.set(v128.load(source)),
          high.set(v128.load(source, 16)),
          v128.store(i32.add(this.#start('row'), this.#offset), f32x4.mul(mantissas, powerOfTwo(exponents))),
          source.advance(32),
        ],
        { step: 16 },
      ),
    ]
  }

  /** The probabilities of the symbols at four places, and of the blank. */
  #symbolsOfPlaces() {
    const [low, high, blankMantissa, blankExponent] = locals('v128')
    const pair = (k: number): Pointer => i32.add(this.#start('pairs'), i32.load(this.#along('offsets'), 4 * k))
    const [mantissa, exponent] = locals('v128')
    const blankAt = this.#start('pairs')
    return {
      begin: [
        blankMantissa.set(v128.load32Splat(blankAt, 8 * this.#blank)),
        blankExponent.set(v128.load32Splat(blankAt, 8 * this.#blank + 4)),
      ],
      blank: { mantissa: blankMantissa, exponent: blankExponent },
      labels: {
        mantissa,
        exponent,
        statements: [
          low.set(v128.load64Lane(pair(1), v128.load64Zero(pair(0)), 1)),
          high.set(v128.load64Lane(pair(3), v128.load64Zero(pair(2)), 1)),
          mantissa.set(shuffle32([0, 2, 4, 6], low, high)),
          exponent.set(shuffle32([1, 3, 5, 7], low, high)),
        ],
      },
    }
  }

  /** Numbers from where only a label that differs is reached, `shift` bytes from where it is. */
  #skipping(label: Scaled, shift: 0 | 4): Computed {
    const exponent = new Local('v128')
    const skips = v128.load(this.#along('skips'), shift)
    return { ...label, exponent, statements: [exponent.set(f32x4.add(label.exponent, skips))] }
  }

  #load(pointer: Local<'i32'>, kind: number, shift = 0): Computed {
    const [mantissa, exponent] = locals('v128')
    return {
      mantissa,
      exponent,
      statements: [
        mantissa.set(v128.load(pointer, this.#within(kind) + shift)),
        exponent.set(v128.load(pointer, this.#within(kind + 1) + shift)),
      ],
    }
  }

  #store(pointer: Local<'i32'>, kind: number, { mantissa, exponent }: Scaled): Statement[] {
    return [v128.store(pointer, mantissa, this.#within(kind)), v128.store(pointer, exponent, this.#within(kind + 1))]
  }

  /** Where place 0 of an array of a column is. */
  #within(array: number): number {
    return array * this.#at.array + 16
  }

  #start(part: 'row' | 'pairs'): Pointer {
    return i32.add(this.#context.workspace, this.#at[part])
  }

  /** Place 0 of an array of the workspace. */
  #place(part: 'offsets' | 'skips' | 'shares'): Pointer {
    return i32.add(this.#context.workspace, this.#at[part] + 16)
  }

  /** Where the loop over places is in such an array. */
  #along(part: 'offsets' | 'skips' | 'shares'): Pointer {
    return i32.add(this.#place(part), this.#offset)
  }
}
