/** Sums of products by names of axes (Einstein's convention). */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { requireFloat32 } from './operands.ts'
import { sum } from './reduce.ts'
import { reshape, slice, transpose } from './structure.ts'

/** A tensor with a letter for each axis. */
interface Named {
  readonly x: Tensor
  readonly axes: string
}

/** The letters of each operand and of the result. @throws ArgumentError */
function parse(equation: string, operands: number): { readonly terms: readonly string[]; readonly result: string } {
  const text = equation.replaceAll(' ', '')
  if (text.includes('.'))
    throw new ArgumentError(`einsum: '${equation}' has an ellipsis, which is not supported; name all axes`)
  const parts = /^([A-Za-z]*(?:,[A-Za-z]*)*)(?:->([A-Za-z]*))?$/.exec(text)
  if (parts === null)
    throw new ArgumentError(`einsum: '${equation}' is not an equation; expected letters as in 'bij,bjk->bik'`)
  const terms = parts[1].split(',')
  if (terms.length !== operands)
    throw new ArgumentError(`einsum: '${equation}' names ${terms.length} operands, and ${operands} were given`)
  const letters = terms.join('')
  const once = [...letters].filter((letter) => letters.split(letter).length === 2)
  const result = parts[2] ?? once.sort().join('')
  for (const letter of result)
    if (!letters.includes(letter) || result.split(letter).length > 2)
      throw new ArgumentError(
        `einsum: the result of '${equation}' has axis ${letter}, which ${letters.includes(letter) ? 'it names twice' : 'no operand has'}`,
      )
  return { terms, result }
}

/** @throws ShapeError where a letter stands for two sizes, or letters do not fit an operand. */
function checkSizes(equation: string, named: readonly Named[]): void {
  const sizes = new Map<string, number>()
  for (const { x, axes } of named) {
    if (axes.length !== x.shape.length)
      throw new ShapeError(`einsum: '${axes}' of '${equation}' stands for an operand of shape ${formatShape(x.shape)}`)
    for (const [i, letter] of [...axes].entries()) {
      const known = sizes.get(letter) ?? x.shape[i]
      if (known !== x.shape[i])
        throw new ShapeError(
          `einsum: axis ${letter} of '${equation}' has sizes ${known} and ${x.shape[i]}; they must be equal`,
        )
      sizes.set(letter, known)
    }
  }
}

const sizesOf = ({ x, axes }: Named, letters: string): number[] =>
  [...letters].map((letter) => x.shape[axes.indexOf(letter)])

const arranged = ({ x, axes }: Named, letters: string): Tensor =>
  transpose(
    x,
    [...letters].map((letter) => axes.indexOf(letter)),
  )

/** An axis that is named twice becomes the diagonal: of n by n elements every n + 1st. */
function diagonal(named: Named): Named {
  const { x, axes } = named
  const [letter] = [...axes].filter((each, i) => axes.indexOf(each) !== i)
  if (letter === undefined) return named
  const [first, second] = [axes.indexOf(letter), axes.lastIndexOf(letter)]
  const others = [...x.shape.keys()].filter((axis) => axis !== first && axis !== second)
  const n = x.shape[first]
  const rest = others.map((axis) => x.shape[axis])
  const rows = reshape(transpose(x, [...others, first, second]), [...rest, n * n])
  const strides = [...rest.map(() => 1), n + 1]
  const starts = strides.map(() => 0)
  const taken = slice(rows, starts, [...rest, n], { strides })
  return diagonal({ x: taken, axes: others.map((axis) => axes[axis]).join('') + letter })
}

/** The sum over all axes that nothing else asks for. */
function summed({ x, axes }: Named, needed: string): Named {
  const dropped = [...axes].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]))
  if (dropped.length === 0) return { x, axes }
  return { x: sum(x, dropped), axes: [...axes].filter((letter) => needed.includes(letter)).join('') }
}

/** The product of two tensors, summed over the axes of both that nothing else asks for. */
function product(a: Named, b: Named, needed: string): Named {
  const common = [...a.axes].filter((letter) => b.axes.includes(letter))
  const batch = common.filter((letter) => needed.includes(letter)).join('')
  const inner = common.filter((letter) => !needed.includes(letter)).join('')
  const left = [...a.axes].filter((letter) => !common.includes(letter)).join('')
  const right = [...b.axes].filter((letter) => !common.includes(letter)).join('')
  if (inner === '' || left + right === '') {
    const all = batch + left + right + inner
    const spread = (named: Named): Tensor => {
      const own = [...all].filter((letter) => named.axes.includes(letter)).join('')
      const shape = [...all].map((letter) => (own.includes(letter) ? named.x.shape[named.axes.indexOf(letter)] : 1))
      return reshape(arranged(named, own), shape)
    }
    return summed({ x: mul(spread(a), spread(b)), axes: all }, needed)
  }
  const matrices = (named: Named, rows: string, columns: string): Tensor => {
    const [m, n] = [rows, columns].map((letters) => sizeOf(sizesOf(named, letters)))
    const lead = batch === '' ? [] : [sizeOf(sizesOf(named, batch))]
    return reshape(arranged(named, batch + rows + columns), [...lead, m, n])
  }
  // Operands whose axes stand the other way round are read as they are.
  const transposeA = a.axes === batch + inner + left && left !== ''
  const transposeB = b.axes === batch + right + inner && right !== ''
  const x = matmul(
    transposeA ? matrices(a, inner, left) : matrices(a, left, inner),
    transposeB ? matrices(b, right, inner) : matrices(b, inner, right),
    { transposeA, transposeB },
  )
  const shape = [...sizesOf(a, batch + left), ...sizesOf(b, right)]
  return { x: reshape(x, shape), axes: batch + left + right }
}

/**
 * Sums of products by names of axes: a letter for each axis of each operand, then those of the result. `einsum('bij,bjk->bik', a, b)` is a batch
 * of matrix products: axes that the result does not name are summed over. Without an arrow the result has the letters that occur once, in the
 * order of the alphabet. A letter twice in one operand takes its diagonal. Operands are multiplied from left to right, two at a time by one
 * `matmul` where that can be. As NumPy's and PyTorch's `einsum`, without the ellipsis and with equal sizes for each letter.
 * @throws ArgumentError for an equation that is none; ShapeError for operands that do not fit it.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { terms, result } = parse(equation, operands.length)
  requireFloat32(operands, 'einsum')
  const named = operands.map((x, i): Named => ({ x, axes: terms[i] }))
  checkSizes(equation, named)
  const neededAfter = (i: number): string => result + terms.slice(i + 1).join('')
  const total = named
    .map((operand, i) => summed(diagonal(operand), result + terms.toSpliced(i, 1).join('')))
    .reduce((a, b, i) => product(a, b, neededAfter(i)))
  return arranged(summed(total, result), result)
}
