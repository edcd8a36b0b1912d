/** The programs by which the networks are looked at: each look runs the same ones again. */
import { type Model, type Program, Sequential } from 'gentle-dl'
import { programFor } from '../../engine/program-for.ts'
import type { NetworkName, OfEach } from './training.ts'

type PictureProgram = Program<'x', 'y'>

/** Compiles each program when it is first needed. All compute by the weights that the networks have at that moment. */
export class LookPrograms {
  readonly models: OfEach<Model>
  readonly #programs = new Map<string, Promise<PictureProgram>>()

  constructor(models: OfEach<Model>) {
    this.models = models
  }

  /** Of each digit. */
  async probabilities(name: NetworkName, pixels: Float32Array): Promise<number[]> {
    const compile = (): Promise<PictureProgram> => programFor(this.models[name], { probabilities: true })
    return Array.from(await this.#run(`${name} probabilities`, compile, pixels))
  }

  /** What comes out of a network's first layers. */
  after(name: NetworkName, layers: number, pixels: Float32Array): Promise<Float32Array> {
    const compile = (): Promise<PictureProgram> => {
      const model = this.models[name]
      return programFor({
        ...model,
        layer: Sequential(...model.layer.layers!.slice(0, layers).map(([, each]) => each)),
      })
    }
    return this.#run(`${name} after ${layers}`, compile, pixels)
  }

  /** The scores of several pictures, one after another. */
  scores(name: NetworkName, pictures: Float32Array, count: number): Promise<Float32Array> {
    return this.#run(`${name} scores ${count}`, () => programFor(this.models[name], { examples: count }), pictures)
  }

  async dispose(): Promise<void> {
    for (const program of await Promise.allSettled(this.#programs.values()))
      if (program.status === 'fulfilled') program.value.dispose()
    this.#programs.clear()
  }

  async #run(key: string, compile: () => Promise<PictureProgram>, x: Float32Array): Promise<Float32Array> {
    const program = this.#programs.get(key) ?? compile()
    this.#programs.set(key, program)
    // What did not compile is tried again.
    program.catch(() => this.#programs.delete(key))
    return (await (await program).run({ x })).y.data as Float32Array
  }
}
