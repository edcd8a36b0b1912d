/** Where the weights are in what torch.save was given: a state dict alone, a whole network, or a checkpoint with much beside them. */
import { type Fail, printable, quoted } from '../failure.ts'
import { PickleDictionary, PickleObject, type PickleValue } from './pickle.ts'
import { isTensor, PickledTensor } from './tensor.ts'

/** Where checkpoints keep the weights beside the epoch, the optimizer's state and so on. */
const weightKeys = ['state_dict', 'model_state_dict', 'model_state', 'model', 'module', 'network', 'net', 'params']

/** Where they keep averages of them over many steps, by which they are published: timm, torchvision's references, BasicSR, Ultralytics. */
const averageKeys = ['state_dict_ema', 'model_ema', 'ema_state_dict', 'ema_model', 'params_ema', 'ema']

/** Names that wrappers of a network put before its own. */
const wrappers = /^((module|_orig_mod|model|ema_model|net|shadow)\.)+/

/** A key within a name. State dicts have no keys but text and numbers. */
const part = (key: PickleValue): string => (typeof key === 'string' || typeof key === 'number' ? String(key) : '?')

/** Keys and values in turn of what is a dictionary or a network; undefined for another value. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (value instanceof PickleDictionary) return value.items
  if (!(value instanceof PickleObject)) return undefined
  return moduleItems(value) ?? (value.items.length > 0 ? value.items : undefined)
}

/** The value of a key of text. */
export function valueAt(items: readonly PickleValue[], key: string): PickleValue | undefined {
  const at = items.findIndex((each, i) => i % 2 === 0 && each === key)
  return at < 0 ? undefined : items[at + 1]
}

const modules = new WeakMap<PickleObject, readonly PickleValue[] | undefined>()

/** What `state_dict()` of a pickled `nn.Module` would give: parameters, buffers that are kept, and modules within; undefined for another object. */
function moduleItems(object: PickleObject): readonly PickleValue[] | undefined {
  if (!modules.has(object)) modules.set(object, moduleItemsOf(object.state))
  return modules.get(object)
}

function moduleItemsOf(state: PickleValue): readonly PickleValue[] | undefined {
  if (!(state instanceof PickleDictionary)) return undefined
  const [parameters, buffers, within] = ['_parameters', '_buffers', '_modules'].map((key) => {
    const value = valueAt(state.items, key)
    return value instanceof PickleDictionary ? value.items : undefined
  })
  if (parameters === undefined || buffers === undefined || within === undefined) return undefined
  const left = valueAt(state.items, '_non_persistent_buffers_set')
  const leftOut = new Set(Array.isArray(left) ? left : [])
  const kept = buffers.flatMap((key, i) => (i % 2 === 0 && !leftOut.has(key) ? [key, buffers[i + 1]] : []))
  return [...parameters, ...kept, ...within]
}

/** Whether a value is a network as such, not its weights alone. */
export const isModule = (value: PickleValue): value is PickleObject =>
  value instanceof PickleObject && moduleItems(value) !== undefined

/** State of an optimizer, which has tensors of its own. */
const isOptimizer = (items: readonly PickleValue[]): boolean =>
  valueAt(items, 'param_groups') !== undefined && valueAt(items, 'state') !== undefined

/** Whether there are tensors in a value, in whatever it holds. */
function holdsTensors(value: PickleValue, seen = new Set<PickleValue>()): boolean {
  const open = [value]
  while (open.length > 0) {
    const next = open.pop()!
    if (isTensor(next)) return true
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    // Not by spreading: the lists may be very long.
    const add = (values: readonly PickleValue[]): void => {
      for (const each of values) open.push(each)
    }
    if (Array.isArray(next)) add(next)
    else if (next instanceof PickleDictionary) add(next.items)
    else if (next instanceof PickleObject)
      for (const values of [next.parameters, next.entries, next.items, [next.state]]) add(values)
  }
  return false
}

/** A part of a file that holds weights. */
export interface Part {
  /** Its key; '' for all of the file. */
  readonly key: string
  readonly value: PickleValue
}

/** The part of a checkpoint that is read, and the keys of others that might be. */
export interface Choice extends Part {
  readonly others: readonly string[]
  /** What the names of the tensors that are read begin with, where they are a part of these. */
  readonly part?: string
}

/**
 * The weights of a file: the part of a key that is given, or those whose names begin with it; else averages of the weights, as their libraries take them for prediction, if they are
 * averages of all; else the weights under a usual key; else all there is.
 */
export function chooseWeights(root: PickleValue, key: string | undefined, fail: Fail): Choice {
  const items = itemsOf(root)
  if (items === undefined || isModule(root)) {
    if (key !== undefined) fail(`holds a single network, so it has no ${quoted(key)}`)
    return { key: '', value: root, others: [] }
  }
  const parts = (keys: readonly string[]): Part[] =>
    keys.flatMap((each) => {
      const value = valueAt(items, each)
      return value !== undefined && itemsOf(value) !== undefined && holdsTensors(value) ? [{ key: each, value }] : []
    })
  const [averages, weights] = [parts(averageKeys), parts(weightKeys)]
  const all = [...averages, ...weights]
  if (key !== undefined) {
    const value = valueAt(items, key)
    if (value !== undefined && itemsOf(value) !== undefined)
      return { key, value, others: all.map((each) => each.key).filter((each) => each !== key) }
    const chosen = chooseWeights(root, undefined, fail)
    const names = itemsOf(chosen.value) ?? []
    if (names.some((name, i) => i % 2 === 0 && typeof name === 'string' && name.startsWith(`${key}.`)))
      return { ...chosen, part: key }
    return fail(`has no weights under ${quoted(key)}; it has ${keysOf(items).map(quoted).join(', ')}`)
  }
  const average = averages.find(({ value }) => weights.length === 0 || covers(value, weights[0].value))
  const chosen = average ?? weights[0] ?? { key: '', value: root }
  return { ...chosen, others: all.map((each) => each.key).filter((each) => each !== chosen.key) }
}

/** The first keys of a dictionary. */
export const keysOf = (items: readonly PickleValue[], max = 12): string[] =>
  items
    .filter((_, i) => i % 2 === 0)
    .slice(0, max)
    .map(part)

/** Whether one set of weights has all tensors of another, wrappers aside. */
function covers(one: PickleValue, other: PickleValue): boolean {
  const [had, asked] = [namesWithin(one), namesWithin(other)]
  return had !== undefined && asked !== undefined && [...asked].every((name) => had.has(name))
}

/** Values that are looked at to compare two sets of weights. */
const maxCompared = 100_000

/** Names of tensors without those of wrappers; undefined where there are too many. */
function namesWithin(root: PickleValue): Set<string> | undefined {
  const names = new Set<string>()
  let visited = 0
  const visit = (value: PickleValue, name: string, depth: number): void => {
    if (++visited > maxCompared || depth > deepest) return
    if (isTensor(value)) names.add(name.replace(wrappers, ''))
    const items = itemsOf(value) ?? []
    for (let i = 0; i < items.length; i += 2)
      visit(items[i + 1], name === '' ? part(items[i]) : `${name}.${part(items[i])}`, depth + 1)
  }
  visit(root, '', 0)
  return visited > maxCompared ? undefined : names
}

const deepest = 32

/** All tensors by name. `max` bounds the names' length together: the pickle can name the same container again and again. */
export function tensorsOf(root: PickleValue, max: number, advice: string, fail: Fail): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>()
  const seen = new Set<PickleValue>()
  let spent = 0
  const visit = (value: PickleValue, name: string, depth: number): void => {
    if (depth > deepest) fail(`its containers are nested more than ${deepest} deep; ${advice}`)
    spent += value instanceof PickledTensor ? 1 + name.length : 1
    if (spent > max) fail(`its pickle repeats the same containers too often; ${advice}`)
    const within = (key: string): string => (depth === 0 ? key : `${name}.${key}`)
    const items = itemsOf(value)
    if (value instanceof PickledTensor) {
      if (tensors.has(name)) fail(`has two tensors of the name ${quoted(name)}`)
      tensors.set(name, value)
    } else if (items !== undefined) {
      if (isOptimizer(items)) return
      for (let i = 0; i < items.length; i += 2) visit(items[i + 1], within(part(items[i])), depth + 1)
    } else if (Array.isArray(value))
      value.forEach((entry, i) => {
        visit(entry, within(String(i)), depth + 1)
      })
    else if (value instanceof PickleObject && holdsTensors(value, seen))
      fail(`holds ${quoted(name)}, a ${printable(value.name)}, whose tensors cannot be read; ${advice}`)
  }
  visit(root, '', 0)
  return tensors
}
