import type { TaskName } from './networks.ts'
import type { SceneObject } from './scene.ts'
import { Session, TasksError } from './session.ts'
import type { Thresholds } from './settings.ts'

const weights: Readonly<Record<TaskName, URL>> = {
  classify: new URL('./weights/classify.safetensors', import.meta.url),
  localize: new URL('./weights/localize.safetensors', import.meta.url),
  detect: new URL('./weights/detect.safetensors', import.meta.url),
  segment: new URL('./weights/segment.safetensors', import.meta.url),
}

async function load(name: TaskName): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(weights[name])
    if (!response.ok) throw new TasksError(`the server answers ${response.status}`)
    return await response.bytes()
  } catch (error) {
    throw new TasksError(
      `The network to ${name} did not come: ${(error as Error).message}. Is the studio's server running, or the network there? Then reload the page.`,
    )
  }
}

const session = new Session(load)

export const api = {
  look: (objects: readonly SceneObject[], thresholds: Thresholds) => session.look(objects, thresholds),
  judge: (thresholds: Thresholds, category: number | undefined) => session.judge(thresholds, category),
  quality: () => session.quality(),
  /** The file of a network. */
  weights: load,
}
