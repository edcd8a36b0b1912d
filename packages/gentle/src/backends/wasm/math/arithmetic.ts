/** What the functions of this folder are written in: vectors of four floats, products that are added, polynomials. */
import { f32x4, Local, type Statement, sequence, type Value } from '../assembler/index.ts'

export type Vector = Value<'v128'>

/** Four times the same number. */
export const splat = f32x4.splat

/** The ways to add a product: rounded once, where the machine can, or twice. */
export interface Products {
  /** a b + c. */
  multiplyAdd(a: Vector, b: Vector, c: Vector): Vector
  /** c - a b. */
  subtractProduct(c: Vector, a: Vector, b: Vector): Vector
}

export const products: Record<'fused' | 'separate', Products> = {
  fused: {
    multiplyAdd: (a, b, c) => f32x4.relaxedMadd(a, b, c),
    subtractProduct: (c, a, b) => f32x4.relaxedNmadd(a, b, c),
  },
  separate: {
    multiplyAdd: (a, b, c) => f32x4.add(f32x4.mul(a, b), c),
    subtractProduct: (c, a, b) => f32x4.sub(c, f32x4.mul(a, b)),
  },
}

/** Where one function's straight-line code is written. */
export interface Arithmetic extends Products {
  /** Computes a value that is used more than once. */
  keep(value: Vector): Vector
}

/** A function of vectors, as code. Operands may be used several times. */
export type VectorFunction = (arithmetic: Arithmetic, ...operands: readonly Vector[]) => Vector

/** The function's code on these operands. */
export function inlined(ways: Products, define: VectorFunction, operands: readonly Vector[]): Vector {
  const statements: Statement[] = []
  const keep = (value: Vector): Vector => {
    const local = new Local('v128')
    statements.push(local.set(value))
    return local
  }
  const result = define({ ...ways, keep }, ...operands.map(keep))
  return sequence(statements, result)
}

/** A polynomial by Horner's rule, the coefficient of the highest power first. */
export const polynomial = ({ multiplyAdd }: Arithmetic, x: Vector, [highest, ...others]: readonly number[]): Vector =>
  others.reduce<Vector>((sum, coefficient) => multiplyAdd(sum, x, splat(coefficient)), splat(highest))
