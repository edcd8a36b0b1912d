/** Networks as files that others read, their weights as they are before any training. */
import { createModel, GentleError, type Shape, saveModel, wasm } from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { speechNetworks } from 'gentle-dl/models'
import { bytesText } from '../../parts/quantity.ts'
import type { BuilderLayer } from './layers.ts'
import { type Shown, shownTitles } from './names.ts'
import { build, namedLayer } from './open-network.ts'

/** A network that the page does not export. */
export class ExportError extends GentleError {}

export type ExportFormat = 'safetensors' | 'onnx'

/** The most bytes of weights that a page holds several times over. */
const mostBytes = 2 ** 28

export interface ExportQuestion {
  readonly shown: Shown
  readonly format: ExportFormat
  /** Of the first weights. */
  readonly seed: number
  /** Of the builder. */
  readonly layers: readonly BuilderLayer[]
  readonly inputShape: Shape
}

/** @throws ExportError for a network that does not fit together, is too large, or takes no pictures. */
export async function exportNetwork({ shown, format, seed, layers, inputShape }: ExportQuestion): Promise<Uint8Array> {
  const title = shownTitles[shown]
  if (shown === 'gnmt' || Object.hasOwn(speechNetworks, shown))
    throw new ExportError(`${title} takes sequences; expected a network of pictures. Save its TypeScript instead`)
  const network = shown === 'own' ? { layer: build(layers, inputShape).layer, inputShape } : namedLayer(shown)
  const { layer } = network
  if (layer === undefined)
    throw new ExportError(`the network has no layers, or some that do not fit; mend the layer that is marked first`)
  const { parameters, auxiliaryParameters } = summarize(layer, network.inputShape)
  const bytes = 4 * (parameters + auxiliaryParameters)
  if (bytes > mostBytes)
    throw new ExportError(
      `${title} has ${bytesText(bytes)} of weights; a page saves at most ${bytesText(mostBytes)}. Save its TypeScript instead`,
    )
  const backend = await wasm({ threads: 1 })
  try {
    const model = await createModel(layer, network.inputShape, { seed, backend })
    if (format === 'safetensors') return await saveModel(model, { task: 'classify' })
    const { exportOnnx } = await import('gentle-dl/onnx')
    return await exportOnnx(model)
  } finally {
    await backend.close()
  }
}
