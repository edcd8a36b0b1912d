/** Stand-ins for what the library is about to export. */
import type { Model } from 'gentle-dl'

export const loadOnnx = (_: Uint8Array, __?: object): Promise<Model> => {
  throw new Error('not yet')
}
export const exportOnnx = (_: Model): Promise<Uint8Array> => {
  throw new Error('not yet')
}
