/** The functions of this folder, ready to stand in a kernel's expressions. */
import { call, type FunctionHandle, type Module, type Value } from '../assembler/index.ts'
import { inlined, type Products, products, type Vector, type VectorFunction } from './arithmetic.ts'
import { exp, expm1, expm1Near0, sigmoid } from './exponential.ts'
import { acosh, asinh, atanh, cosh, sinh } from './hyperbolic.ts'
import { acos, asin, atan } from './inverse-trigonometry.ts'
import { log, log1p, softplus } from './logarithm.ts'
import { pow } from './power.ts'
import { erf, tanh } from './rational.ts'
import { cos, defineSine, type SineFunctions, sin, tan } from './sine.ts'

/**
 * Functions of four float32 at once, to 4 units in the last place; subnormal results may be 0, NaN gives NaN. They are written where
 * they are used, since a call costs as much as the function and makes the caller spill its registers; only `pow` and the sine, which are long,
 * are functions of the module, made at their first use. Operands are evaluated once.
 */
export class MathLibrary {
  readonly #module: Module
  readonly #products: Products
  #pow: FunctionHandle<'v128', 'v128'> | undefined
  #sine: SineFunctions | undefined

  /** With `fma` products are added by relaxed_madd, which the engine must have. */
  constructor(module: Module, { fma }: { readonly fma: boolean }) {
    this.#module = module
    this.#products = fma ? products.fused : products.separate
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
    return this.#inline(this.#withSine(sin), x)
  }

  /** The cosine; NaN at infinity. */
  cos(x: Vector): Vector {
    return this.#inline(this.#withSine(cos), x)
  }

  /** The tangent; NaN at infinity. */
  tan(x: Vector): Vector {
    return this.#inline(this.#withSine(tan), x)
  }

  /** The angle from -π/2 to π/2; NaN beyond 1. */
  asin(x: Vector): Vector {
    return this.#inline(asin, x)
  }

  /** The angle from 0 to π; NaN beyond 1. */
  acos(x: Vector): Vector {
    return this.#inline(acos, x)
  }

  /** The angle from -π/2 to π/2. */
  atan(x: Vector): Vector {
    return this.#inline(atan, x)
  }

  sinh(x: Vector): Vector {
    return this.#inline(sinh, x)
  }

  cosh(x: Vector): Vector {
    return this.#inline(cosh, x)
  }

  asinh(x: Vector): Vector {
    return this.#inline(asinh, x)
  }

  /** NaN below 1. */
  acosh(x: Vector): Vector {
    return this.#inline(acosh, x)
  }

  /** Infinite at ± 1, NaN beyond. */
  atanh(x: Vector): Vector {
    return this.#inline(atanh, x)
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
    this.#pow ??= this.#module.function('pow', { x: 'v128', y: 'v128' }, 'v128', (p) => this.#inline(pow, p.x, p.y))
    return call(this.#pow, x, y)
  }

  #withSine(define: (functions: SineFunctions, x: Vector) => Vector): VectorFunction {
    this.#sine ??= defineSine(this.#module, this.#products)
    const functions = this.#sine
    return (_, x) => define(functions, x)
  }

  #inline(define: VectorFunction, ...operands: Vector[]): Vector {
    return inlined(this.#products, define, operands)
  }
}
