/** The network of a file that somebody gives: the one that it tells of, or the one that its weights fit. */
import {
  type Backend,
  GentleError,
  type Model,
  type OpenedInputsModel,
  type OpenedModel,
  openAnyModel,
  weightsOf,
} from 'gentle-dl'
import { type FileContent, inputsNetworkGraph, summarizeInputs } from 'gentle-dl/inspect'
import { loadPretrained } from 'gentle-dl/models'
import { type GivenFile, hdf5 } from './given-file.ts'
import { GivenFileError } from './meant-files.ts'
import { type Examined, examineLayer } from './open-network.ts'
import { withPaths } from './paths.ts'

/** How a program opens the network of a file. */
export type Opening =
  | {
      readonly by: 'openModel'
      readonly freeDimensions?: Readonly<Record<string, number>>
      /** What the file says of its layers, where that is short: a program can make them without it. */
      readonly layer?: string
      readonly inputShape: readonly number[]
    }
  | { readonly by: 'openInputsModel' }
  | { readonly by: 'loadPretrained'; readonly network: string; readonly classes: number }

export interface GivenNetwork {
  readonly opened: OpenedModel | OpenedInputsModel
  readonly opening: Opening
}

export interface Found {
  readonly network?: GivenNetwork
  /** What the file does not tell, a sentence each. */
  readonly remarks: readonly string[]
}

/** Sizes that a file leaves open are taken as those of ImageNet's pictures. */
const usualSide = 224

/** A description of layers that is longer is not written into a program. */
const mostLetters = 20_000

/** Layers of other programs' files, which `openModel` makes known and `layerFrom` by itself does not know. */
const layersOfOthers = /"type": "(onnx|keras|tensorflowGraph)"/

/**
 * A network's weights go to the backend; `releaseGiven` gives them back.
 * @param startBackend called where there is a network: a backend has threads
 */
export async function networkIn(file: GivenFile, startBackend: () => Promise<Backend>): Promise<Found> {
  const { content, name, bytes } = file
  const { use } = content
  if (use.as === 'nothing') return { remarks: [`Its network is not shown: ${use.reason}.`] }
  if (use.as === 'arrays') return { remarks: ['It holds arrays, and no network.'] }
  try {
    if (use.as === 'model') return await describedNetwork({ name, bytes }, content, await startBackend())
    const [fitting, ...others] = use.networks
    if (fitting === undefined)
      return {
        remarks: [
          'It holds weights without a network, and they fit none of the lecture’s: only the weights are shown.',
        ],
      }
    const opened = await loadPretrained(fitting.name, { name, bytes }, { backend: await startBackend() })
    return {
      network: { opened, opening: { by: 'loadPretrained', network: fitting.name, classes: fitting.classes } },
      remarks: [
        `It does not say which network its weights are of: they fit ${[fitting, ...others].map((each) => each.name).join(' and ')} by all names and shapes, with ${fitting.classes.toLocaleString('en')} classes.`,
      ],
    }
  } catch (error) {
    // Its weights can be looked at, whatever is wrong with the network.
    if (!(error instanceof GentleError)) throw error
    return { remarks: [`Its network is not shown: ${error.message.replace(`${name}: `, '')}.`] }
  }
}

async function describedNetwork(
  file: { readonly name: string; readonly bytes: Uint8Array },
  content: FileContent,
  backend: Backend,
): Promise<Found> {
  const freeDimensions = openSizes(content)
  const names = Object.keys(freeDimensions)
  const opened = await openAnyModel(file, { backend, hdf5, ...(names.length === 0 ? {} : { freeDimensions }) })
  if (takesInputs(opened)) return { network: { opened, opening: { by: 'openInputsModel' } }, remarks: [] }
  const { inputShape, layer } = opened.model
  const description = JSON.stringify(layer.description, undefined, 2)
  return {
    network: {
      opened,
      opening: {
        by: 'openModel',
        inputShape,
        ...(names.length === 0 ? {} : { freeDimensions }),
        ...(opened.foreign || description.length > mostLetters || layersOfOthers.test(description)
          ? {}
          : { layer: description }),
      },
    },
    remarks: names.length === 0 ? [] : [`It leaves the size ${names.join(' and ')} open: taken as ${usualSide} here.`],
  }
}

/** Of a graph that takes pictures of any size, the axes that it leaves open, but for the batch. */
function openSizes({ format, inputs = [] }: FileContent): Record<string, number> {
  const [{ shape = [] } = {}, ...others] = inputs
  if (format !== 'ONNX' || others.length > 0 || shape.length !== 4) return {}
  return Object.fromEntries(
    shape.slice(1).flatMap((size) => (typeof size === 'string' && size !== '?' ? [[size, usualSide]] : [])),
  )
}

/** Whether a network takes inputs by their names. */
export const takesInputs = (opened: OpenedModel | OpenedInputsModel): opened is OpenedInputsModel =>
  'inputs' in opened.model

/** Layers that are laid out in seconds. */
const mostLayers = 2000

/** What a network of a file is, and what it costs. @throws GivenFileError for one of too many layers. */
export function examineGiven({ opened }: GivenNetwork, batchSize: number): Examined {
  const { graph, summary } = takesInputs(opened)
    ? {
        graph: inputsNetworkGraph(opened.model.layer, opened.model.inputs),
        summary: summarizeInputs(opened.model.layer, opened.model.inputs, { batchSize }),
      }
    : examineLayer(opened.model.layer, opened.model.inputShape, batchSize)
  if (graph.nodes.length > mostLayers)
    throw new GivenFileError(
      `the network of the file has ${graph.nodes.length.toLocaleString('en')} layers; a page draws at most ${mostLayers.toLocaleString('en')}`,
    )
  return { graph: withPaths(graph), summary }
}

/** Gives back the memory of a network's weights. */
export function releaseGiven({ opened: { model } }: GivenNetwork): void {
  model.backend.release(weightsOf(model as Model).values())
}
