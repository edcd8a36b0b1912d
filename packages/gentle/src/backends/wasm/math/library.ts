/** The functions of this folder, ready to stand in a kernel's expressions. */
import { call, type FunctionHandle, type Module, type Value } from '../assembler/index.ts'
import { inlined, type Products, products, type Vector, type VectorFunction } from './arithmetic.ts'
import { exp, expm1, sigmoid } from './exponential.ts'
import { log, softplus } from './logarithm.ts'
import { pow } from './power.ts'
import { erf, tanh } from './rational.ts'

/**
 * Functions of four float32 at once, to 4 units in the last place; subnormal results may be 0, NaN gives NaN. They are written where
 * they are used, since a call costs as much as the function and makes the caller spill its registers; only `pow`, which is long,
 * is a function of the module, made at its first use. Operands are evaluated once.
 */
export class MathLibrary {
  readonly #module: Module
  readonly #products: Products
  #pow: FunctionHandle<'v128', 'v128'> | undefined

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

  /** The natural logarithm; -infinity at 0, NaN below. */
  log(x: Vector): Vector {
    return this.#inline(log, x)
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

  /** x to the power y, as Math.pow in every special case. */
  pow(x: Vector, y: Vector): Value<'v128'> {
    this.#pow ??= this.#module.function('pow', { x: 'v128', y: 'v128' }, 'v128', (p) => this.#inline(pow, p.x, p.y))
    return call(this.#pow, x, y)
  }

  #inline(define: VectorFunction, ...operands: Vector[]): Vector {
    return inlined(this.#products, define, operands)
  }
}
