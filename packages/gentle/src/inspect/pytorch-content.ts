/** What a file of torch.save holds: its tensors by name, without their values, and what stands beside them. */
import * as elements from '../formats/elements.ts'
import { failing, printable } from '../formats/failure.ts'
import { PickleObject, type PickleValue } from '../formats/pytorch/pickle.ts'
import { listPyTorch } from '../formats/pytorch/pytorch.ts'
import { itemsOf } from '../formats/pytorch/state-dict.ts'
import { isTensor } from '../formats/pytorch/tensor.ts'
import type { WeightsFileOptions } from '../train/weights-file.ts'
import type { FileContent } from './file-content.ts'
import { fittingNetworks } from './fitting-networks.ts'

const typeNames = new Map(
  Object.entries(elements).flatMap(([name, value]) =>
    typeof value === 'object' && 'read' in value ? [[value, name] as const] : [],
  ),
)

export function pytorchContent(bytes: Uint8Array, place: string, options: WeightsFileOptions): FileContent {
  const { tensors: listed, key, others, network, classes, root, isLegacy } = listPyTorch(bytes, failing(place), options)
  const tensors = [...listed].map(([name, { type, shape }]) => ({ name, type: typeNames.get(type) ?? '?', shape }))
  const items = network === undefined ? (itemsOf(root) ?? []) : []
  return {
    format: isLegacy ? 'PyTorch, before version 1.6' : 'PyTorch',
    bytes: bytes.length,
    tensors,
    facts: {
      ...(key === '' ? {} : { weights: key }),
      ...(others.length === 0 ? {} : { 'other weights': others.join(', ') }),
      ...(network === undefined ? {} : { network: printable(network) }),
      ...factsOf(items, [key, ...others]),
    },
    classes: classes?.map(printable),
    use: { as: 'weights', networks: fittingNetworks(tensors) },
  }
}

/** So many values beside the weights are told. */
const maxFacts = 20

/** What stands beside the weights, each value in a few words. */
function factsOf(items: readonly PickleValue[], weights: readonly string[]): Record<string, string> {
  const facts: [string, string][] = []
  for (let i = 0; i < items.length && facts.length < maxFacts; i += 2) {
    const [key, value] = [items[i], items[i + 1]]
    const name = typeof key === 'string' || typeof key === 'number' ? printable(String(key)) : '?'
    if (!weights.includes(name) && value !== null && !isTensor(value)) facts.push([name, textOf(value)])
  }
  return Object.fromEntries(facts)
}

function textOf(value: PickleValue): string {
  if (typeof value === 'string') return printable(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof PickleObject) return printable(value.name)
  const items = itemsOf(value)
  if (items !== undefined) return `a dictionary of ${items.length / 2}`
  return typeof value === 'object' ? 'an object' : String(value)
}
