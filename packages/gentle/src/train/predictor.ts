/** The loop over batches of predictions. */
import type { Program } from '../backends/backend.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import { type Model, traceInference } from '../nn/model.ts'
import { classProbabilities, classScores, probabilitiesAlong } from '../nn/scores.ts'

/** What is asked of a model: its outputs as they are, the scores of classes, or probabilities. */
export type OutputForm = 'outputs' | 'scores' | 'probabilities'

/** Predictions from a model's outputs; of those without classes, maps of them along the axis of the channels, others along the last one. */
function answerOf(outputs: Tensor, form: OutputForm): Tensor {
  const scores = form === 'outputs' ? undefined : classScores(outputs)
  if (scores !== undefined) return form === 'scores' ? scores.logits : classProbabilities(scores)
  return form === 'probabilities' ? probabilitiesAlong(outputs, outputs.shape.length === 4 ? 1 : -1) : outputs
}

/** Predicts batch after batch: one program per batch size, compiled when first needed. */
export class Predictor {
  readonly #model: Model
  readonly #form: OutputForm
  readonly #programs = new Map<number, Program>()

  constructor(model: Model, form: OutputForm) {
    this.#model = model
    this.#form = form
  }

  /** Answers for this many examples, row-major; [N, classes] where scores or probabilities of classes are asked for. */
  async run(inputs: Float32Array, examples: number): Promise<Float32Array> {
    const program = this.#programs.get(examples) ?? (await this.#compile(examples))
    return (await program.run({ x: inputs })).y.data as Float32Array
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose()
  }

  async #compile(examples: number): Promise<Program> {
    const { inputShape, backend } = this.#model
    const x = input([examples, ...inputShape])
    const y = answerOf(traceInference(this.#model, x), this.#form)
    const program = await backend.compile({ inputs: { x }, outputs: { y } })
    this.#programs.set(examples, program)
    return program
  }
}
