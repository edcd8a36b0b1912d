/**
 * A network of Keras as its files tell it: layers, and which of them takes what. Sequential and functional ones, of Keras 2, Keras 3 and
 * TensorFlow.js, with networks as layers within, become the same plain data.
 */
import { type Fail, isCount, quoted } from '../../failure.ts'
import { isRecord, type Json } from '../json.ts'
import { relevantSettings } from './layer-config.ts'

/** A layer, which may be used more than once. */
export interface KerasLayerEntry {
  readonly name: string
  readonly className: string
  /** Those that have a part in what it computes. */
  readonly settings: Json
  /** Of a network as a layer. */
  readonly network?: KerasNetwork
}

/** What a use of a layer gives: of a network within one of its outputs. */
export type KerasValue = readonly [call: number, output: number]

/** A use of a layer. */
export interface KerasCall {
  /** Its place among the layers. */
  readonly layer: number
  readonly inputs: readonly KerasValue[]
}

/** An input of the network; sizes that are open are null. The batch is left out. */
export interface KerasInput {
  readonly name: string
  readonly shape: readonly (number | null)[]
  readonly isWhole: boolean
  /** The use of its layer. */
  readonly call: number
}

/** As plain data, which JSON can hold. */
export interface KerasNetwork {
  readonly layers: readonly KerasLayerEntry[]
  /** Each use of a layer, after those whose values it takes. */
  readonly calls: readonly KerasCall[]
  readonly inputs: readonly KerasInput[]
  readonly outputs: readonly KerasValue[]
}

const isNetwork = (className: unknown): boolean =>
  className === 'Sequential' || className === 'Functional' || className === 'Model'

const classNameOf = (entry: Json, fail: Fail): string =>
  typeof entry.class_name === 'string' ? entry.class_name : fail('one of its layers has no class_name')

/** What files have for a network: `{ class_name, config }`. */
export function networkFrom(value: unknown, fail: Fail): KerasNetwork {
  if (!isRecord(value)) return fail('it describes no network')
  const className = classNameOf(value, fail)
  if (!isNetwork(className))
    return fail(`its network is of class ${quoted(className)}; expected Sequential or Functional`)
  const { config } = value
  // Old files have the list of layers alone.
  const list = Array.isArray(config) ? config : isRecord(config) ? config.layers : undefined
  if (!Array.isArray(list) || list.length === 0 || !list.every(isRecord))
    return fail(`its ${className} network has no list of layers`)
  return className === 'Sequential'
    ? sequential(list, isRecord(config) && !Array.isArray(config) ? config : {}, fail)
    : functional(list, config as Json, fail)
}

function entryOf(entry: Json, fail: Fail): KerasLayerEntry {
  const className = classNameOf(entry, fail)
  const settings = isRecord(entry.config) ? entry.config : {}
  const stored = entry.name ?? settings.name
  const name = typeof stored === 'string' ? stored : fail(`a layer of class ${quoted(className)} has no name`)
  if (isNetwork(className)) return { name, className, settings: {}, network: networkFrom(entry, fail) }
  // Operations of Keras 3 have classes by the same names as layers; their module tells them apart.
  const isOperation = typeof entry.module === 'string' && /\bops\b/.test(entry.module)
  return {
    name,
    className: isOperation ? `operation ${className}` : className,
    // Of Bidirectional, that there is nothing says something.
    settings: { ...relevantSettings(settings), ...(settings.merge_mode === null ? { merge_mode: 'none' } : {}) },
  }
}

/** Whether a layer may give more than one tensor: which it does is known when it is made. */
const givesSeveral = ({ settings }: KerasLayerEntry): boolean => {
  const inner = isRecord(settings.layer) && isRecord(settings.layer.config) ? settings.layer.config : {}
  return settings.return_state === true || inner.return_state === true || settings.merge_mode === 'none'
}

/** The shape that a layer's settings tell of its input, without the batch; undefined where they do not. */
function shapeOf(settings: Json): readonly (number | null)[] | undefined {
  const shape = settings.batch_input_shape ?? settings.batch_shape
  if (Array.isArray(shape)) return shape.slice(1).map((size) => (isCount(size) ? size : null))
  // An embedding tells the length of its sequences.
  if (isCount(settings.input_length)) return [settings.input_length]
  return undefined
}

const isWhole = (settings: Json): boolean => typeof settings.dtype === 'string' && /^u?int/.test(settings.dtype)

const inputLayer = 'InputLayer'

function sequential(list: readonly Json[], config: Json, fail: Fail): KerasNetwork {
  const first = isRecord(list[0].config) ? list[0].config : {}
  const within = list[0].class_name === inputLayer ? undefined : inputOfFirst(list[0])
  const built = Array.isArray(config.build_input_shape) ? { batch_shape: config.build_input_shape } : {}
  const shape = shapeOf(first) ?? within?.shape ?? shapeOf(built)
  if (shape === undefined) return fail('its Sequential network does not give the shape of its input')
  const entries = list.filter((each) => each.class_name !== inputLayer).map((each) => entryOf(each, fail))
  const stored = list[0].class_name === inputLayer && typeof first.name === 'string' ? first.name : within?.name
  const name = stored ?? `${entries[0]?.name}_input`
  const layers = [{ name, className: inputLayer, settings: {} }, ...entries]
  return {
    layers,
    calls: layers.map((_, i) => ({ layer: i, inputs: i === 0 ? [] : [[i - 1, 0] as const] })),
    inputs: [{ name, shape, isWhole: within?.isWhole ?? isWhole(first), call: 0 }],
    outputs: [[layers.length - 1, 0]],
  }
}

/** The input of the layer that a network begins with, where that is a network itself. */
function inputOfFirst(entry: Json): KerasInput | undefined {
  if (!isNetwork(entry.class_name)) return undefined
  const untold = (): never => {
    throw new Error('untold')
  }
  try {
    return networkFrom(entry, untold).inputs[0]
  } catch {
    return undefined
  }
}

/** A tensor that a node takes: the layer, which use of it, and which of its outputs. */
type Reference = readonly [layer: string, use: number, output: number]

const isReference = (value: unknown): value is Reference =>
  Array.isArray(value) && typeof value[0] === 'string' && isCount(value[1]) && isCount(value[2])

/** The uses of a layer, each a list of the tensors that it takes. */
function usesOf(entry: Json, name: string, fail: Fail): Reference[][] {
  const nodes = entry.inbound_nodes ?? []
  if (!Array.isArray(nodes)) return fail(`layer ${quoted(name)} has no list inbound_nodes`)
  return nodes.map((node) => {
    if (isRecord(node) && !Array.isArray(node)) {
      const { initial_state: states, ...others } = isRecord(node.kwargs) ? node.kwargs : ({} as Json)
      checkArguments(others, name, fail)
      return [...tensorsOf(node.args, name, fail), ...(states == null ? [] : tensorsOf(states, name, fail))]
    }
    const list: unknown[] = Array.isArray(node) ? (isReference(node) ? [node] : node) : []
    return list.map((each) => {
      if (!isReference(each)) return fail(`layer ${quoted(name)} takes something that is not a tensor of a layer`)
      checkArguments((each as readonly unknown[])[3], name, fail)
      return each
    })
  })
}

/** Keras 3: tensors, and lists of them. */
function tensorsOf(args: unknown, name: string, fail: Fail): Reference[] {
  if (Array.isArray(args)) return args.flatMap((each) => tensorsOf(each, name, fail))
  const history = isRecord(args) && isRecord(args.config) ? args.config.keras_history : undefined
  return isReference(history)
    ? [history]
    : fail(`layer ${quoted(name)} takes something that is not a tensor of a layer`)
}

/** What a layer is called with beside tensors: that it is not in training, at most. */
function checkArguments(given: unknown, name: string, fail: Fail): void {
  if (!isRecord(given)) return
  const other = Object.entries(given).find(([, value]) => value !== null && value !== false)
  if (other !== undefined) fail(`layer ${quoted(name)} is called with ${quoted(other[0])}, which is not supported`)
}

function functional(list: readonly Json[], config: Json, fail: Fail): KerasNetwork {
  const layers = list.map((each) => entryOf(each, fail))
  const uses = list.map((each, i) => usesOf(each, layers[i].name, fail))
  const ends = [config.input_layers, config.output_layers].map((value) => referencesIn(value, fail))
  const firstUses = firstUsesOf(layers, [...ends.flat(), ...uses.flat(2)])
  const calls: KerasCall[] = []
  /** The call of each use of a layer, by its name. */
  const made = new Map<string, number>()
  const keyOf = (name: string, use: number): string => JSON.stringify([name, use])
  const inputs: KerasInput[] = []
  for (const [i, { name, className }] of layers.entries()) {
    if (className !== inputLayer) continue
    const settings = isRecord(list[i].config) ? list[i].config : {}
    const shape = shapeOf(settings)
    if (shape === undefined) return fail(`its input ${quoted(name)} does not give its shape`)
    made.set(keyOf(name, 0), calls.length)
    inputs.push({ name, shape, isWhole: isWhole(settings), call: calls.length })
    calls.push({ layer: i, inputs: [] })
  }
  const valueAt = ([name, use, output]: Reference): KerasValue | undefined => {
    const call = made.get(keyOf(name, use))
    if (call === undefined) return undefined
    const entry = layers[calls[call].layer]
    const count = entry.network?.outputs.length ?? (givesSeveral(entry) ? Number.POSITIVE_INFINITY : 1)
    return output < count ? [call, output] : fail(`layer ${quoted(name)} has no output ${output}`)
  }
  let waiting = layers.flatMap(({ className }, i) =>
    className === inputLayer
      ? []
      : uses[i].map((takes, use) => ({ layer: i, use: use + (firstUses.get(layers[i].name) ?? 0), takes })),
  )
  while (waiting.length > 0) {
    const later: typeof waiting = []
    for (const each of waiting) {
      const values = each.takes.map(valueAt)
      if (values.includes(undefined)) later.push(each)
      else {
        made.set(keyOf(layers[each.layer].name, each.use), calls.length)
        calls.push({ layer: each.layer, inputs: values as KerasValue[] })
      }
    }
    if (later.length === waiting.length)
      return fail(`layer ${quoted(layers[later[0].layer].name)} takes a tensor that no layer before it gives`)
    waiting = later
  }
  const endOf = (end: Reference): KerasValue =>
    valueAt(end) ?? fail(`${quoted(end[0])} is one of its ends, but no layer`)
  const [order, outputs] = ends.map((references) => references.map(endOf))
  const unnamed = inputs.find(({ call }) => !order.some(([each]) => each === call))
  if (unnamed !== undefined) return fail(`its input ${quoted(unnamed.name)} is none of its input_layers`)
  return {
    layers,
    calls,
    inputs: order.map(
      ([call]) => inputs.find((input) => input.call === call) ?? fail('one of its inputs is not an InputLayer'),
    ),
    outputs,
  }
}

/**
 * From which number the uses of networks within are counted: a network that was made with an input has had a use before, which its
 * file does not tell, but counts.
 */
function firstUsesOf(layers: readonly KerasLayerEntry[], references: readonly Reference[]): Map<string, number> {
  const first = new Map<string, number>()
  for (const { name, network } of layers)
    if (network !== undefined)
      first.set(name, Math.min(...references.filter(([layer]) => layer === name).map(([, use]) => use)))
  return first
}

/** Ends of a network: one, a list of them, or by names. */
function referencesIn(value: unknown, fail: Fail): Reference[] {
  if (isReference(value)) return [value]
  if (isRecord(value)) return Object.values(value).flatMap((each) => referencesIn(each, fail))
  return fail('its network has no lists input_layers and output_layers')
}

/** What one of the outputs needs. */
export function ofOutput({ layers, calls, inputs, outputs }: KerasNetwork, output: number): KerasNetwork {
  const needed = new Set([outputs[output][0], ...inputs.map(({ call }) => call)])
  for (let i = calls.length - 1; i >= 0; i--) if (needed.has(i)) for (const [call] of calls[i].inputs) needed.add(call)
  const kept = calls.flatMap((_, i) => (needed.has(i) ? [i] : []))
  const moved = ([call, of]: KerasValue): KerasValue => [kept.indexOf(call), of]
  const used = new Set(kept.map((i) => calls[i].layer))
  const places = layers.flatMap((_, i) => (used.has(i) ? [i] : []))
  return {
    layers: places.map((i) => layers[i]),
    calls: kept.map((i) => ({ layer: places.indexOf(calls[i].layer), inputs: calls[i].inputs.map(moved) })),
    inputs: inputs.map((each) => ({ ...each, call: kept.indexOf(each.call) })),
    outputs: [moved(outputs[output])],
  }
}

/** Whether any layer of it takes images as PyTorch does. */
export const isChannelsFirst = ({ layers }: KerasNetwork): boolean =>
  layers.some(
    ({ settings, network }) =>
      settings.data_format === 'channels_first' ||
      settings.data_format === 'channelsFirst' ||
      (network !== undefined && isChannelsFirst(network)),
  )
