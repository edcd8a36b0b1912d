/** Prediction of sequences that come in pieces. */
import type { Program } from '../backends/backend.ts'
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape } from '../core/shape.ts'
import { Turns } from '../core/turns.ts'
import { input, type Tensor, type Variable } from '../graph/tensor.ts'
import { checkCount } from '../nn/layer.ts'
import type { Model } from '../nn/model.ts'
import { Scope } from '../nn/scope.ts'
import { CarriedState } from './carried-state.ts'

/** Predicts piece after piece: the state of stateful layers goes on from where the piece before ended. */
export class StatefulPredictor {
  readonly #model: Model
  readonly #examples: number
  readonly #carried: CarriedState
  readonly #programs = new Map<string, Program>()
  readonly #turns = new Turns()

  /** See `statefulPredictor`. */
  constructor(model: Model, examples: number) {
    this.#model = model
    this.#examples = examples
    this.#carried = new CarriedState(model.backend, examples)
  }

  /**
   * The outputs for the next piece of each example, [N, T, ...]; pieces may be of any length, and each length is compiled when it comes first. Pieces go on
   * from each other in the order of the calls, whether or not the caller waits for each.
   * @throws ArgumentError for another number of examples, or of values; ShapeError where the network does not take such pieces.
   */
  async next({ shape, data }: Pick<NDArray, 'shape' | 'data'>): Promise<NDArray> {
    if (shape[0] !== this.#examples)
      throw new ArgumentError(
        `StatefulPredictor: a piece has shape ${formatShape(shape)}; expected ${this.#examples} examples, [${this.#examples}, T, ...]`,
      )
    // The caller may have other values in it when its turn comes.
    const x = data.slice()
    return this.#turns.run(async () => {
      const key = shape.join()
      const program = this.#programs.get(key) ?? (await this.#compile(shape))
      this.#programs.set(key, program)
      return (await program.run({ x })).y
    })
  }

  /** Forgets what came before: the next piece begins a sequence. */
  reset(): Promise<void> {
    return this.#turns.run(() => this.#carried.reset())
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
    this.#carried.dispose()
  }

  async #compile(shape: readonly number[]): Promise<Program> {
    const { layer, parameters, state, backend } = this.#model
    const x = input(shape)
    const updates: [Variable, Tensor][] = []
    const scope = new Scope({
      parameters,
      state,
      seed: 0,
      training: false,
      carried: this.#carried,
      onUpdate: (variable, next) => updates.push([variable, next]),
    })
    const y = layer.apply(x, scope)
    if (updates.length === 0)
      throw new ArgumentError(
        'statefulPredictor: no layer of the model is stateful; give its recurrent layers stateful: true, or use predict',
      )
    return backend.compile({ inputs: { x }, outputs: { y }, updates })
  }
}

/**
 * Predicts sequences that come in pieces, such as sound while it is recorded, with a model whose recurrent layers have `stateful: true`.
 * @param examples how many sequences go on beside each other; 1 unless given
 * @throws ArgumentError for a number of examples that is none.
 *
 * @example
 * ```ts
 * const predictor = statefulPredictor(model)
 * for await (const frames of recording) show(await predictor.next({ shape: [1, 20, 80], data: frames }))
 * await predictor.reset()
 * ```
 */
export function statefulPredictor(model: Model, examples = 1): StatefulPredictor {
  return new StatefulPredictor(model, checkCount(examples, 'statefulPredictor: examples'))
}
