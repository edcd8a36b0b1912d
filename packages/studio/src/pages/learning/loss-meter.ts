/** The loss of a problem at many places of its surface at once. */
import { type Backend, compile, input, type Program } from 'gentle-dl'
import { mean } from 'gentle-dl/ops'
import { breathe } from '../../engine/breathe.ts'
import { learners } from './learners.ts'
import { type Columns, type ProblemName, problems } from './problems.ts'

/** Examples that one run of a program takes at most, so that what lies between fits into memory. */
const chunk = 2000

export class LossMeter {
  readonly #backend: Backend
  readonly #programs = new Map<string, Promise<Program>>()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** The mean loss over examples, at each place. */
  async at(
    name: ProblemName,
    places: readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>],
    examples: Columns,
  ): Promise<Float32Array<ArrayBuffer>> {
    const total = examples[0].length
    const sums = new Float64Array(places[0].length)
    for (let start = 0; start < total; start += chunk) {
      const size = Math.min(chunk, total - start)
      const part = size === total ? examples : examples.map((column) => column.slice(start, start + size))
      const program = await this.#program(name, places[0].length, size)
      const columns = Object.fromEntries(part.map((column, c) => [`column ${c}`, column]))
      const { loss } = await program.run({ 'weight 0': places[0], 'weight 1': places[1], ...columns })
      for (let i = 0; i < sums.length; i++) sums[i] += loss.data[i] * size
      await breathe()
    }
    return Float32Array.from(sums, (sum) => sum / total)
  }

  #program(name: ProblemName, places: number, examples: number): Promise<Program> {
    const key = `${name} ${places} ${examples}`
    const known = this.#programs.get(key)
    if (known !== undefined) return known
    const { inputs: count } = problems[name]
    const weights = [input([places, 1]), input([places, 1])] as const
    const columns = Array.from({ length: count + 1 }, () => input([1, examples]))
    const losses = learners[name].lossesAt(weights, columns.slice(0, -1), columns[count])
    const inputs = {
      'weight 0': weights[0],
      'weight 1': weights[1],
      ...Object.fromEntries(columns.map((column, c) => [`column ${c}`, column])),
    }
    const program = compile({ inputs, outputs: { loss: mean(losses, 1) } }, { backend: this.#backend })
    this.#programs.set(key, program)
    return program
  }
}
