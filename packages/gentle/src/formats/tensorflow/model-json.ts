/** TensorFlow.js' `model.json`: a network of layers or a graph of ops, with a manifest of its weights. */
import type { StoredTensor } from '../elements.ts'
import { failing } from '../failure.ts'
import { openGraph } from './graph/graph-network.ts'
import { isRecord, parseJson } from './json.ts'
import { openKeras } from './keras/keras-network.ts'
import { amongNamesakes, type WeightSource } from './keras/weights.ts'
import { teachableMachine } from './teachable-machine.ts'
import {
  type LoadTensorflowOptions,
  openTensorflowModel,
  type TensorflowModel,
  type TensorflowNetwork,
} from './tensorflow-model.ts'
import { type ReadShard, readTensorflowWeights } from './weights-manifest.ts'

/** Weights by `layer/weight`, whatever networks the layer is within: TensorFlow.js gives each layer a name of its own. */
function namedWeights(tensors: ReadonlyMap<string, StoredTensor>): WeightSource {
  const left = new Set(tensors.keys())
  /** Names without what TensorFlow 2 puts before the last part. */
  const short = new Map([...tensors.keys()].map((name) => [name.split('/').toSpliced(-2, 1).join('/'), name]))
  return {
    find(place) {
      const { layers, all, index } = place
      const layer = layers[layers.length - 1]
      const { name, alias, stored } = all[index]
      if (stored !== undefined) {
        const { nth, count } = amongNamesakes(place)
        const found = [...tensors.keys()].filter((each) => {
          const parts = each.split('/')
          return parts.pop() === stored && parts.includes(layer)
        })
        if (found.length !== count) return undefined
        left.delete(found[nth])
        return tensors.get(found[nth])
      }
      for (const weight of [name, alias]) {
        const asked = `${layer}/${weight}`
        const found = tensors.has(asked) ? asked : short.get(asked)
        if (weight === undefined || found === undefined) continue
        left.delete(found)
        return tensors.get(found)
      }
      return undefined
    },
    unused: () => [...left],
  }
}

/** What a `model.json` holds. */
async function readModelJson(json: Uint8Array | object, shard: ReadShard, name: string): Promise<TensorflowNetwork> {
  const fail = failing(name)
  const model = json instanceof Uint8Array ? parseJson(json, fail) : json
  if (!isRecord(model) || !isRecord(model.modelTopology))
    return fail('it has no modelTopology; expected a model.json of TensorFlow.js')
  const { modelTopology: topology } = model
  const tensors = await readTensorflowWeights(model, shard, name)
  if (model.format === 'graph-model' || Array.isArray(topology.node)) return openGraph(model, topology, tensors, fail)
  return openKeras(topology.model_config ?? topology, 'tensorflow.js', namedWeights(tensors), fail)
}

export interface LoadModelJsonOptions extends LoadTensorflowOptions {
  /** Teachable Machine's `metadata.json`, which names classes and says how pictures are prepared: its bytes, or what its text stands for. */
  readonly metadata?: Uint8Array | object
}

/**
 * Opens a model of TensorFlow.js, of layers or a graph of ops.
 * @param json the file's bytes, or what its text stands for
 * @param shard gives the bytes of a file that it names, such as `group1-shard1of2.bin`
 * @throws FormatError for a file that is broken, and for layers, ops, settings and attributes that are unknown, by their names.
 */
export async function loadTensorflow(
  json: Uint8Array | object,
  shard: ReadShard,
  options: LoadModelJsonOptions = {},
): Promise<TensorflowModel> {
  const { name = 'model.json', metadata } = options
  const network = await readModelJson(json, shard, name)
  const more = metadata === undefined ? {} : teachableMachine(metadata, failing(`${name}: its metadata.json`))
  return openTensorflowModel(network, options, name, more)
}
