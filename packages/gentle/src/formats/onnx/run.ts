/**
 * Runs a network on inputs of any shapes: a program is compiled for each set of shapes. Where a shape depends on numbers that the program computes, it is run
 * up to them, and the rest is traced with them known.
 */
import type { Backend, Program } from '../../backends/backend.ts'
import { FormatError, GentleError } from '../../core/errors.ts'
import { Input, type Tensor } from '../../graph/tensor.ts'
import { max } from '../../ops/reduce.ts'
import { type Prepared, RecentPrograms } from '../recent-programs.ts'
import { type Check, openChecks } from './checks.ts'
import { engineType, fitsEngine, isInteger } from './element-types.ts'
import { foldedOf } from './folded.ts'
import type { OnnxNetwork } from './network.ts'
import { traceNetwork } from './trace.ts'
import { type Computed, isKnown, type Known, type Value } from './values.ts'
import { Wanted } from './wanted.ts'

/** Numbers that go into a trace: fed to the program, or known to the trace. */
interface Given {
  readonly numbers: Known
  readonly fixed: boolean
}

/** What is to be done for one set of shapes and known numbers. */
interface Stage extends Prepared {
  readonly inputs: ReadonlyMap<string, Input>
  /** Values that the program gives, or that were known, by name. */
  readonly values: ReadonlyMap<string, Value>
  readonly problems: readonly string[]
  /** What cannot be traced without these values; undefined where they are the outputs. */
  readonly wanted: Wanted | undefined
}

/** Rounds of running and tracing again, of one call. */
const maxStages = 1000

export class Runner {
  readonly #network: OnnxNetwork
  readonly #weight: (name: string) => Tensor
  readonly #backend: Backend
  readonly #name: string
  readonly #stages = new RecentPrograms<Stage>()

  constructor(network: OnnxNetwork, weight: (name: string) => Tensor, backend: Backend, name: string) {
    this.#network = network
    this.#weight = weight
    this.#backend = backend
    this.#name = name
  }

  /** The outputs of these names. @throws FormatError for what cannot be read or computed, naming the node. */
  run(inputs: ReadonlyMap<string, Known>, outputs: readonly string[]): Promise<Known[]> {
    return this.#stages.inTurn(() => this.#run(inputs, outputs))
  }

  async #run(inputs: ReadonlyMap<string, Known>, outputs: readonly string[]): Promise<Known[]> {
    const given = new Map<string, Given>()
    // A tensor of the engine has at least one element.
    for (const [name, numbers] of inputs) given.set(name, { numbers, fixed: numbers.shape.includes(0) })
    for (let i = 0; i < maxStages; i++) {
      const key = `${outputs.join()}\n${[...given].map(keyOf).join('\n')}`
      const stage = await this.#stages.at(key, () => this.#make(given, outputs))
      const values = await this.#compute(stage, given)
      if (stage.wanted === undefined) return outputs.map((name) => values.get(name)!)
      const { compute } = stage.wanted
      if (compute === undefined) for (const [key, numbers] of values) given.set(key, { numbers, fixed: true })
      else
        for (const [key, numbers] of compute(values))
          given.set(key, { numbers, fixed: numbers.shape.includes(0) || !this.#fits(numbers) })
    }
    throw new FormatError(`${this.#name}: its shapes depend on computed values more than ${maxStages} times in a row`)
  }

  dispose(): void {
    this.#stages.dispose()
  }

  #fits({ type, data }: Known): boolean {
    return !isInteger(type) || fitsEngine(type) || Array.from(data).every((x) => x === (x | 0))
  }

  async #make(given: ReadonlyMap<string, Given>, outputs: readonly string[]): Promise<Stage> {
    const inputs = new Map<string, Input>()
    const values = new Map<string, Value>()
    for (const [name, { numbers, fixed }] of given) {
      const { type, shape } = numbers
      if (fixed) values.set(name, numbers)
      else {
        const tensor = new Input({ shape, dtype: engineType(type) })
        inputs.set(name, tensor)
        values.set(name, { type, tensor })
      }
    }
    let wanted: Wanted | undefined
    let results: ReadonlyMap<string, Value>
    let checks: readonly Check[] = []
    try {
      const traced = traceNetwork(this.#network, outputs, values, this.#weight)
      results = new Map(outputs.map((name, i) => [name, traced.outputs[i]]))
      checks = traced.checks
    } catch (error) {
      if (!(error instanceof Wanted)) throw error
      wanted = error
      results = error.values
      checks = error.checks
    }
    const folded = new Map([...results].map(([name, value]): [string, Value] => [name, foldedOf(value) ?? value]))
    const computed = [...folded].filter(
      (entry): entry is [string, Computed] => !isKnown(entry[1]) && !(entry[1].tensor instanceof Input),
    )
    const open = openChecks(checks)
    let program: Program | undefined
    if (computed.length > 0 || open.length > 0) {
      const tensors = Object.fromEntries([
        ...computed.map(([, { tensor }], i) => [`y${i}`, tensor]),
        ...open.map(({ condition }, i) => [`check${i}`, max(condition)]),
      ])
      const names = [...inputs].map(([, tensor], i) => [`x${i}`, tensor])
      program = await this.#compile(Object.fromEntries(names), tensors)
    }
    return { inputs, program, values: folded, problems: open.map(({ problem }) => problem), wanted }
  }

  async #compile(inputs: Record<string, Input>, outputs: Record<string, Tensor>): Promise<Program> {
    try {
      return await this.#backend.compile({ inputs, outputs })
    } catch (error) {
      if (error instanceof GentleError && !error.message.startsWith(this.#name))
        error.message = `${this.#name}: ${error.message}`
      throw error
    }
  }

  async #compute(stage: Stage, given: ReadonlyMap<string, Given>): Promise<Map<string, Known>> {
    const { program, inputs, values, problems } = stage
    const feed = [...inputs.keys()].map((name, i) => [`x${i}`, fed(given.get(name)!.numbers)])
    const found = program === undefined ? {} : await program.run(Object.fromEntries(feed))
    problems.forEach((problem, i) => {
      if (found[`check${i}`].data[0] !== 0) throw new FormatError(`${this.#name}: ONNX ${problem}`)
    })
    const tensors = new Map([...inputs].map(([name, tensor]) => [tensor as Tensor, name]))
    let next = 0
    return new Map(
      [...values].map(([name, value]): [string, Known] => {
        if (isKnown(value)) return [name, value]
        const { type, tensor } = value
        const input = tensors.get(tensor)
        if (input !== undefined) return [name, { ...given.get(input)!.numbers, type }]
        return [name, { type, shape: tensor.shape, data: found[`y${next++}`].data as Known['data'] }]
      }),
    )
  }
}

const keyOf = ([name, { numbers, fixed }]: readonly [string, Given]): string =>
  `${name} ${numbers.type} ${numbers.shape.join('x')}${fixed ? ` ${numbers.data.join()}` : ''}`

/** @throws FormatError for integers beyond 32 bits. */
function fed({ type, data }: Known): Float32Array | Int32Array {
  if (!isInteger(type)) return data instanceof Float32Array ? data : Float32Array.from(data)
  if (data instanceof Int32Array) return data
  const large = Array.from(data).find((x) => x !== (x | 0))
  if (large !== undefined)
    throw new FormatError(
      `an input holds the integer ${large}, which has more than the 32 bits that integers are computed with`,
    )
  return Int32Array.from(data)
}
