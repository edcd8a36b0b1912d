/**
 * Lays buffers out in one arena by liveness: two buffers share memory only when their lives do not meet. Larger buffers
 * are placed first, each at the lowest offset that is free for its whole life (Pisarchyk and Lee, "Efficient Memory Management
 * for Deep Neural Net Inference", 2020, section 5.2, greedy by size).
 */

/** A buffer's size in bytes, and the first and last moment at which it holds values. */
export interface Life {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

export interface ArenaPlan<Key> {
  readonly offsets: ReadonlyMap<Key, number>
  /** Size of the arena. */
  readonly bytes: number
}

/** Buffers start at multiples of a cache line. */
export const alignment = 64

export const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

export function planArena<Key>(lives: ReadonlyMap<Key, Life>): ArenaPlan<Key> {
  const bySize = [...lives].sort(([, a], [, b]) => b.bytes - a.bytes || a.from - b.from)
  const placed: { life: Life; offset: number }[] = []
  const offsets = new Map<Key, number>()
  let bytes = 0
  for (const [key, life] of bySize) {
    const rivals = placed.filter(({ life: other }) => other.from <= life.to && life.from <= other.to)
    let offset = 0
    for (const rival of rivals.sort((a, b) => a.offset - b.offset)) {
      if (rival.offset >= offset + life.bytes) break
      offset = Math.max(offset, align(rival.offset + rival.life.bytes))
    }
    placed.push({ life, offset })
    offsets.set(key, offset)
    bytes = Math.max(bytes, align(offset + life.bytes))
  }
  return { offsets, bytes }
}

/** Bytes that live at a moment. */
export function liveAt(lives: Iterable<Life>, moment: number): number {
  let total = 0
  for (const { bytes, from, to } of lives) if (from <= moment && moment <= to) total += bytes
  return total
}

/** The most bytes that live at one moment: no plan can need fewer. */
export function liveBytes(lives: Iterable<Life>): number {
  const list = [...lives]
  return list.reduce((max, { from }) => Math.max(max, liveAt(list, from)), 0)
}
