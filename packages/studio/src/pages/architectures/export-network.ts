/** Networks as files that others read: that of a file with its weights, the others as they are before any training. */
import {
  type AnyModel,
  createModel,
  GentleError,
  type ModelPurpose,
  type Shape,
  saveModel,
  sizeOf,
  wasm,
  weightsOf,
} from 'gentle-dl'
import { summarize } from 'gentle-dl/inspect'
import { speechNetworks } from 'gentle-dl/models'
import { bytesText } from '../../parts/quantity.ts'
import type { GivenNetwork } from './given-network.ts'
import type { BuilderLayer } from './layers.ts'
import { isGiven, type Shown, shownTitles } from './names.ts'
import { build, namedLayer } from './open-network.ts'
import type { GivenNetworks } from './session.ts'

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

async function fileOf(model: AnyModel, format: ExportFormat, purpose: ModelPurpose): Promise<Uint8Array> {
  if (format === 'safetensors') return saveModel(model, purpose)
  const { exportOnnx } = await import('gentle-dl/onnx')
  return exportOnnx(model)
}

/** @throws ExportError for more weights than a page saves. */
function checkBytes(bytes: number, title: string, instead: string): void {
  if (bytes > mostBytes)
    throw new ExportError(
      `${title} has ${bytesText(bytes)} of weights; a page saves at most ${bytesText(mostBytes)}. ${instead}`,
    )
}

/** @throws ExportError for a network that is too large; FormatError for one that ONNX cannot hold. */
async function exportGiven({ opened }: GivenNetwork, format: ExportFormat): Promise<Uint8Array> {
  const { model, ...purpose } = opened
  const bytes = [...weightsOf(model).values()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
  checkBytes(bytes, 'The network', 'Use gentle export instead')
  return fileOf(model, format, purpose)
}

/**
 * @param given the networks of the files that somebody gave
 * @throws ExportError for a network that does not fit together, is too large, or takes no pictures.
 */
export async function exportNetwork(
  { shown, format, seed, layers, inputShape }: ExportQuestion,
  given: GivenNetworks = {},
): Promise<Uint8Array> {
  if (isGiven(shown)) {
    const network = given[shown]
    if (network === undefined)
      throw new ExportError('there is no network of a file; open one that tells its network first')
    return exportGiven(network, format)
  }
  const title = shownTitles[shown]
  if (shown === 'gnmt' || Object.hasOwn(speechNetworks, shown))
    throw new ExportError(`${title} takes sequences; expected a network of pictures. Save its TypeScript instead`)
  const network = shown === 'own' ? { layer: build(layers, inputShape).layer, inputShape } : namedLayer(shown)
  const { layer } = network
  if (layer === undefined)
    throw new ExportError(`the network has no layers, or some that do not fit; mend the layer that is marked first`)
  const { parameters, auxiliaryParameters } = summarize(layer, network.inputShape)
  checkBytes(4 * (parameters + auxiliaryParameters), title, 'Save its TypeScript instead')
  const backend = await wasm({ threads: 1 })
  try {
    const model = await createModel(layer, network.inputShape, { seed, backend })
    return await fileOf(model, format, { task: 'classify' })
  } finally {
    await backend.close()
  }
}
