/** The moving average of a training's weights. */
import { type Tensor, type Variable, variable } from '../graph/tensor.ts'
import { type AnyModel, readWeights, type WeightValues, weightsOf, writeWeights } from '../nn/model.ts'
import { add, mul, sub } from '../ops/elementwise.ts'
import type { Updates } from '../optim/optimizer.ts'

/**
 * Averages of all weights, what normalisation keeps included: Θ̄ ← α Θ̄ + (1 − α) Θ after every step (Polyak and Juditsky, 1992; the exponential form of Tarvainen
 * and Valpola, "Mean teachers", 2017, section 2). α is min(decay, (1 + n) / (10 + n)) after n steps, as TensorFlow's ExponentialMovingAverage has it with
 * `num_updates`, so that the first weights are soon forgotten.
 */
export class WeightAverage<M extends AnyModel = AnyModel> {
  /** The same network with the averages for its weights. */
  readonly model: M
  readonly #decay: number
  /** The average of each weight. */
  readonly #of: ReadonlyMap<Variable, Variable>

  /** @param first values that the averages begin with, by path name */
  constructor(model: M, decay: number, first: WeightValues) {
    const of = new Map<Variable, Variable>()
    const averagesOf = (weights: ReadonlyMap<string, Variable>): Map<string, Variable> =>
      new Map(
        [...weights].map(([name, weight]) => {
          const average = variable(weight.shape, first.get(name)!, `${name}.average`)
          of.set(weight, average)
          return [name, average]
        }),
      )
    this.model = { ...model, parameters: averagesOf(model.parameters), state: averagesOf(model.state) }
    this.#decay = decay
    this.#of = of
  }

  /** 1 − α of the step to come. @param steps that were done */
  share(steps: number): number {
    return 1 - Math.min(this.#decay, (1 + steps) / (10 + steps))
  }

  /** What the averages become where weights take next values; those of weights that stay are what they are. @param share 1 − α, a scalar */
  updates(updates: Updates, share: Tensor): Updates {
    return updates.flatMap(([weight, next]): Updates => {
      const average = this.#of.get(weight)
      return average === undefined ? [] : [[average, add(average, mul(sub(next, average), share))]]
    })
  }

  /** @param take as for `readWeights` */
  read(take?: (length: number) => Float32Array): Promise<Map<string, Float32Array>> {
    return readWeights(this.model, take)
  }

  write(values: WeightValues): Promise<void> {
    return writeWeights(this.model, values)
  }

  dispose(): void {
    this.model.backend.release([...weightsOf(this.model).values()])
  }
}
