/** Tensors as TensorFlow means them, channels last, that lie in memory as ops on images want them, channels first. */
import { FormatError } from '../../core/errors.ts'
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { reshape, transpose } from '../../ops/structure.ts'

/** The order of axes that brings the last one behind the batch. */
const toFirst = (rank: number): number[] => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]

/** The order of axes that brings the one behind the batch to the end. */
const toLast = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]

/**
 * A tensor [N, ..., C]. It is brought into another order of axes only where something asks for that, so that a chain of convolutions is none but
 * for the first and the last.
 */
export class Placed {
  /** As TensorFlow means it: channels last. */
  readonly shape: Shape
  /** [N, T] of a sequence: 0 at steps that are passed over, else 1; undefined where there is none. */
  readonly mask: Tensor | undefined
  #written: Tensor | undefined
  #first: Tensor | undefined

  private constructor(shape: Shape, written: Tensor | undefined, first: Tensor | undefined, mask?: Tensor) {
    this.shape = shape
    this.mask = mask
    this.#written = written
    this.#first = first
  }

  /** A tensor that lies as it is meant. */
  static written(x: Tensor): Placed {
    return new Placed(x.shape, x, undefined)
  }

  /** A tensor [N, C, ...] that is meant as [N, ..., C]. */
  static channelsFirst(x: Tensor): Placed {
    return new Placed(
      toLast(x.shape.length).map((axis) => x.shape[axis]),
      undefined,
      x,
    )
  }

  /** Whether it lies channels first, and in no other order yet. */
  get liesChannelsFirst(): boolean {
    return this.#written === undefined
  }

  /** As it lies. */
  get tensor(): Tensor {
    return this.#written ?? this.#first!
  }

  /** As it is meant: [N, ..., C]. */
  get written(): Tensor {
    this.#written ??= transpose(this.#first!, toLast(this.shape.length))
    return this.#written
  }

  /** Channels first: [N, C, ...]. */
  get channelsFirst(): Tensor {
    this.#first ??= transpose(this.#written!, toFirst(this.shape.length))
    return this.#first
  }

  /** The axis as it lies that is meant by an axis. */
  axisAsItLies(axis: number): number {
    return this.liesChannelsFirst ? toLast(this.shape.length)[axis] : axis
  }

  /** What this is, with another tensor of the same values as it lies. */
  at(x: Tensor): Placed {
    if (x === this.tensor) return this
    return (this.liesChannelsFirst ? Placed.channelsFirst(x) : Placed.written(x)).masked(this.mask)
  }

  /** The same with this mask. */
  masked(mask: Tensor | undefined): Placed {
    return mask === this.mask ? this : new Placed(this.shape, this.#written, this.#first, mask)
  }

  /** What an op that acts on each element alone makes of it; it lies as before. */
  map(of: (x: Tensor) => Tensor): Placed {
    const y = of(this.tensor)
    return this.liesChannelsFirst ? Placed.channelsFirst(y) : Placed.written(y)
  }
}

/** Whether a tensor of the library has its channels at another place in a file: images have, unless they lie as PyTorch's there, too. */
const isTurned = ({ shape }: Tensor | Placed, asInLibrary: boolean): boolean => shape.length === 4 && !asInLibrary

/** A tensor as a network means it: an image comes channels first, as everywhere in the library. */
export const meantBy = (x: Tensor, asInLibrary: boolean): Placed =>
  isTurned(x, asInLibrary) ? Placed.channelsFirst(x) : Placed.written(x)

/** What a network gives for this many examples, as the library has it. @throws FormatError where it does not have a row for each. */
export function givenBy(y: Placed, asInLibrary: boolean, examples: number): Tensor {
  if (y.shape[0] !== examples)
    throw new FormatError(
      `its graph makes ${formatShape(y.shape)} of ${examples} examples; expected one row per example. It may be built for another batch size`,
    )
  return isTurned(y, asInLibrary) ? y.channelsFirst : y.written
}

/** What an op on elements makes of tensors that broadcast to each other by NumPy's rule. */
export function combine(operands: readonly Placed[], of: (...operands: Tensor[]) => Tensor): Placed {
  const rank = Math.max(...operands.map(({ shape }) => shape.length))
  const asImages = operands.some((x) => x.liesChannelsFirst && x.shape.length === rank)
  if (!asImages) return Placed.written(of(...operands.map((x) => x.written)))
  return Placed.channelsFirst(of(...operands.map((x) => broadcastFirst(x, rank))))
}

/** An operand as it broadcasts to tensors of `rank` axes that lie channels first. */
function broadcastFirst(x: Placed, rank: number): Tensor {
  const { length } = x.shape
  if (length === 0) return x.tensor
  if (length === rank) return x.channelsFirst
  const channels = x.shape[length - 1]
  if (sizeOf(x.shape) === channels) return reshape(x.written, [channels, ...Array.from({ length: rank - 2 }, () => 1)])
  const shape = [...Array.from({ length: rank - length }, () => 1), ...x.shape]
  return transpose(reshape(x.written, shape), toFirst(rank))
}
