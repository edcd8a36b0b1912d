/** Weights in several files (Hugging Face, "Big models: sharded checkpoints"): an index in JSON whose `weight_map` gives each tensor's file. */
import { FormatError } from '../core/errors.ts'
import { quoted, shown } from '../formats/failure.ts'

type WeightMap = Readonly<Record<string, unknown>>

/** The index's map from tensors to files; undefined for other JSON. */
export function isShardIndex(bytes: Uint8Array): WeightMap | undefined {
  try {
    const map = JSON.parse(new TextDecoder().decode(bytes)).weight_map
    return typeof map === 'object' && map !== null && !Array.isArray(map) ? map : undefined
  } catch {
    return undefined
  }
}

/**
 * The tensors of each file.
 * @throws FormatError for a file that is not beside the index: a name with a folder leads anywhere.
 */
export function shardNames(map: WeightMap, place: string): Map<string, string[]> {
  const shards = new Map<string, string[]>()
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !/^[^/\\:]+$/.test(shard) || /^\.+$/.test(shard) || shard.endsWith('.json'))
      throw new FormatError(`${place}: tensor ${quoted(name)} is in ${shown(shard)}; expected a file beside the index`)
    const names = shards.get(shard)
    if (names === undefined) shards.set(shard, [name])
    else names.push(name)
  }
  return shards
}
