/** The functions of this folder, ready to stand in a kernel's expressions. */
import { InternalError } from '../../../core/errors.ts'
import { call, type FunctionHandle, type Module, type Value } from '../assembler/index.ts'
import { inlined, type Products, products, type Vector, type VectorFunction } from './arithmetic.ts'
import { exp, expm1, expm1Near0, sigmoid } from './exponential.ts'
import { log, log1p, softplus } from './logarithm.ts'
import type { RareMath } from './rare.ts'
import { erf, tanh } from './rational.ts'
import type { SineFunctions } from './sine.ts'

export interface MathOptions {
  /** Whether products are added by relaxed_madd, which the engine must have. */
  readonly fma: boolean
  /** The functions that few programs compute, where they are loaded; `sin`, `pow` and their kin need them. */
  readonly rare?: RareMath
}

/** The ops that compute functions of `RareMath`, by whose names they go. */
const rareFunctions: Readonly<Record<Exclude<keyof RareMath, 'defineSine'>, true>> = {
  sin: true,
  cos: true,
  tan: true,
  asin: true,
  acos: true,
  atan: true,
  sinh: true,
  cosh: true,
  asinh: true,
  acosh: true,
  atanh: true,
  pow: true,
  floorDiv: true,
  mod: true,
}

/** Whether an elementwise op computes one of the functions that few programs compute. */
export const isRareFunction = (op: string): boolean => Object.hasOwn(rareFunctions, op)

/**
 * Functions of four float32 at once, to 4 units in the last place; subnormal results may be 0, NaN gives NaN. They are written where
 * they are used, since a call costs as much as the function and makes the caller spill its registers; only `pow` and the sine, which are long,
 * are functions of the module, made at their first use. Operands are evaluated once.
 */
export class MathLibrary {
  readonly #module: Module
  readonly #products: Products
  readonly #rare: RareMath | undefined
  #pow: FunctionHandle<'v128', 'v128'> | undefined
  #sine: SineFunctions | undefined

  constructor(module: Module, { fma, rare }: MathOptions) {
    this.#module = module
    this.#products = fma ? products.fused : products.separate
    this.#rare = rare
  }

  /** a b + c. */
  multiplyAdd(a: Vector, b: Vector, c: Vector): Vector {
    return this.#products.multiplyAdd(a, b, c)
  }

  /** 0 for x below -87, infinity above 88.72. */
  exp(x: Vector): Vector {
    return this.#inline(exp, x)
  }

  /** exp(x) - 1, without cancellation near 0. */
  expm1(x: Vector): Vector {
    return this.#inline(expm1, x)
  }

  /** exp(x) - 1 for |x| of at most ln 2 / 2, and little more. */
  expm1Near0(x: Vector): Vector {
    return this.#inline(expm1Near0, x)
  }

  /** The natural logarithm; -infinity at 0, NaN below. */
  log(x: Vector): Vector {
    return this.#inline(log, x)
  }

  /** log(1 + x), accurate near 0; -infinity at -1, NaN below. */
  log1p(x: Vector): Vector {
    return this.#inline(log1p, x)
  }

  /** The sine; NaN at infinity. */
  sin(x: Vector): Vector {
    return this.#inline(this.#withSine(this.#loaded.sin), x)
  }

  /** The cosine; NaN at infinity. */
  cos(x: Vector): Vector {
    return this.#inline(this.#withSine(this.#loaded.cos), x)
  }

  /** The tangent; NaN at infinity. */
  tan(x: Vector): Vector {
    return this.#inline(this.#withSine(this.#loaded.tan), x)
  }

  /** The angle from -π/2 to π/2; NaN beyond 1. */
  asin(x: Vector): Vector {
    return this.#inline(this.#loaded.asin, x)
  }

  /** The angle from 0 to π; NaN beyond 1. */
  acos(x: Vector): Vector {
    return this.#inline(this.#loaded.acos, x)
  }

  /** The angle from -π/2 to π/2. */
  atan(x: Vector): Vector {
    return this.#inline(this.#loaded.atan, x)
  }

  sinh(x: Vector): Vector {
    return this.#inline(this.#loaded.sinh, x)
  }

  cosh(x: Vector): Vector {
    return this.#inline(this.#loaded.cosh, x)
  }

  asinh(x: Vector): Vector {
    return this.#inline(this.#loaded.asinh, x)
  }

  /** NaN below 1. */
  acosh(x: Vector): Vector {
    return this.#inline(this.#loaded.acosh, x)
  }

  /** Infinite at ± 1, NaN beyond. */
  atanh(x: Vector): Vector {
    return this.#inline(this.#loaded.atanh, x)
  }

  tanh(x: Vector): Vector {
    return this.#inline(tanh, x)
  }

  /** 1 / (1 + exp(-x)). */
  sigmoid(x: Vector): Vector {
    return this.#inline(sigmoid, x)
  }

  /** log(1 + exp(x)), without overflow. */
  softplus(x: Vector): Vector {
    return this.#inline(softplus, x)
  }

  /** The error function. */
  erf(x: Vector): Vector {
    return this.#inline(erf, x)
  }

  /** x to the power y, as C's pow in every special case. */
  pow(x: Vector, y: Vector): Value<'v128'> {
    this.#pow ??= this.#module.function('pow', { x: 'v128', y: 'v128' }, 'v128', (p) =>
      this.#inline(this.#loaded.pow, p.x, p.y),
    )
    return call(this.#pow, x, y)
  }

  /** a / b of int32, rounded down; 0 where b is 0. */
  floorDiv(a: Vector, b: Vector): Vector {
    return this.#inline(this.#loaded.floorDiv, a, b)
  }

  /** a less b times that quotient; a where b is 0. */
  mod(a: Vector, b: Vector): Vector {
    return this.#inline(this.#loaded.mod, a, b)
  }

  get #loaded(): RareMath {
    if (this.#rare === undefined)
      throw new InternalError('math: the functions that few programs compute are not loaded')
    return this.#rare
  }

  #withSine(define: (functions: SineFunctions, x: Vector) => Vector): VectorFunction {
    this.#sine ??= this.#loaded.defineSine(this.#module, this.#products)
    const functions = this.#sine
    return (_, x) => define(functions, x)
  }

  #inline(define: VectorFunction, ...operands: Vector[]): Vector {
    return inlined(this.#products, define, operands)
  }
}
