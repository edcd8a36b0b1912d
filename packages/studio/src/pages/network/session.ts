/** The training that the page shows: goes on where it can, and begins anew where settings changed or an earlier step is wanted. */
import { DivergedTraining } from 'gentle-dl'
import type { Edit, Settings } from './settings.ts'
import { type Divergence, findExcess, type Snapshot, Training } from './training.ts'

export interface Request {
  readonly settings: Settings
  /** The step to come to. */
  readonly steps: number
  readonly edits: readonly Edit[]
  /** The example whose numbers are shown, from 0. */
  readonly example: number
}

export class Session {
  #training: Training | undefined
  #settings = ''
  #divergence: Divergence | undefined

  /**
   * What there is to see at a step, or on the way to it where the time is over before; one call at a time.
   * @throws NetworkError for points that nothing can be learned from, and edits of weights that there are not.
   */
  async show({ settings, steps, edits, example }: Request, milliseconds = Infinity): Promise<Snapshot> {
    const key = JSON.stringify(settings)
    const past = this.#divergence !== undefined && steps < this.#divergence.step
    if (key !== this.#settings || past || !this.#training?.leadsTo(steps, edits)) await this.#begin(settings, key)
    const training = this.#training!
    try {
      if (this.#divergence === undefined) await training.advance(steps, edits, { milliseconds })
    } catch (error) {
      if (!(error instanceof DivergedTraining)) throw error
      const { step, message } = error
      await this.#begin(settings, key)
      this.#divergence = { step, message, excess: await findExcess(this.#training!, step - 1, edits) }
    }
    return { ...(await this.#training!.snapshot(example)), divergence: this.#divergence }
  }

  async dispose(): Promise<void> {
    await this.#training?.dispose()
    this.#training = undefined
  }

  async #begin(settings: Settings, key: string): Promise<void> {
    await this.dispose()
    this.#divergence = undefined
    this.#training = await Training.begin(settings)
    this.#settings = key
  }
}
