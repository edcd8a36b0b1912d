/** The programs by which the networks are looked at: each look runs the same ones again. */
import { input, type Model, type Program, Sequential } from 'gentle-dl'
import { traceInference } from 'gentle-dl/inspect'
import { onePicture } from '../../engine/one-picture.ts'
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
    const compile = (): Promise<PictureProgram> => onePicture(this.models[name], { probabilities: true })
    return Array.from(await this.#run(`${name} probabilities`, compile, pixels))
  }

  /** What comes out of a network's first layers. */
  after(name: NetworkName, layers: number, pixels: Float32Array): Promise<Float32Array> {
    const compile = (): Promise<PictureProgram> => {
      const model = this.models[name]
      return onePicture({
        ...model,
        layer: Sequential(...model.layer.layers!.slice(0, layers).map(([, each]) => each)),
      })
    }
    return this.#run(`${name} after ${layers}`, compile, pixels)
  }

  /** The scores of several pictures, one after another. */
  scores(name: NetworkName, pictures: Float32Array, count: number): Promise<Float32Array> {
    const compile = (): Promise<PictureProgram> => {
      const model = this.models[name]
      const x = input([count, ...model.inputShape])
      return model.backend.compile({ inputs: { x }, outputs: { y: traceInference(model, x) } })
    }
    return this.#run(`${name} scores ${count}`, compile, pictures)
  }

  async dispose(): Promise<void> {
    for (const program of await Promise.allSettled(this.#programs.values()))
      if (program.status === 'fulfilled') program.value.dispose()
    this.#programs.clear()
  }

  async #run(key: string, compile: () => Promise<PictureProgram>, x: Float32Array): Promise<Float32Array> {
    const program = this.#programs.get(key) ?? compile()
    this.#programs.set(key, program)
    return (await (await program).run({ x })).y.data as Float32Array
  }
}
