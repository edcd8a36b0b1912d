/** MNIST's digits as the studio's files hold them: gzip shards, of which only those are fetched that a page needs. */
import { GentleError } from 'gentle-dl'
import { type Dataset, inMemory } from 'gentle-dl/data'

/** A file of the studio that did not come, or not whole. */
export class DownloadError extends GentleError {}

/** As `mnist()` of gentle-dl/data splits them: 55,000, 5,000 and 10,000. */
export type MnistPart = 'train' | 'validation' | 'test'

/** Digits of a file. */
export const shardSize = 2500

const pixels = 28 * 28

const classes = Array.from({ length: 10 }, (_, digit) => String(digit))

/** The file of a part's i-th shard. */
export const shardName = (part: MnistPart, i: number): string => `${part}-${String(i).padStart(2, '0')}.gz`

/** @throws DownloadError for what is not gzip of a shard. */
async function unpacked(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> {
  // A host that says Content-Encoding: gzip has the browser unpack it.
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
  const stream = new Blob([bytes]).stream()
  const plain = isPacked ? stream.pipeThrough(new DecompressionStream('gzip')) : stream
  const content = await new Response(plain).bytes().catch(() => new Uint8Array())
  if (content.length !== shardSize * (1 + pixels))
    throw new DownloadError(`${name} is broken or cut off; reload the page to fetch it again`)
  return content
}

/** The digits below an address, each file fetched once. */
export class MnistFiles {
  readonly #base: string
  readonly #shards = new Map<string, Promise<Uint8Array>>()

  /** @param base ends with a slash */
  constructor(base: string) {
    this.#base = base
  }

  /**
   * The first `count` digits of a part: [1, 28, 28] in [0, 1], and their labels.
   * @param onProgress is told how many of how many files are there
   * @throws DownloadError for a file that does not come.
   */
  async digits(part: MnistPart, count: number, onProgress?: (loaded: number, files: number) => void): Promise<Dataset> {
    const files = Math.ceil(count / shardSize)
    let loaded = 0
    onProgress?.(0, files)
    const shards = await Promise.all(
      Array.from({ length: files }, async (_, i) => {
        const shard = await this.#shard(shardName(part, i))
        onProgress?.(++loaded, files)
        return shard
      }),
    )
    const [inputs, targets] = [new Uint8Array(count * pixels), new Uint8Array(count)]
    for (const [i, shard] of shards.entries()) {
      const taken = Math.min(shardSize, count - i * shardSize)
      targets.set(shard.subarray(0, taken), i * shardSize)
      inputs.set(shard.subarray(shardSize, shardSize + taken * pixels), i * shardSize * pixels)
    }
    return inMemory({ name: 'mnist', inputs, inputShape: [1, 28, 28], targets, classes })
  }

  #shard(name: string): Promise<Uint8Array> {
    const known = this.#shards.get(name)
    if (known !== undefined) return known
    const coming = this.#fetch(name)
    this.#shards.set(name, coming)
    // What did not come is asked for again where it is needed again.
    coming.catch(() => this.#shards.delete(name))
    return coming
  }

  async #fetch(name: string): Promise<Uint8Array> {
    let bytes: Uint8Array<ArrayBuffer>
    try {
      const response = await fetch(this.#base + name)
      if (!response.ok) throw new DownloadError(`the server answers ${response.status}`)
      bytes = await response.bytes()
    } catch (error) {
      throw new DownloadError(
        `The digits in mnist/${name} did not come: ${(error as Error).message}. Is the studio's server running, or the network there? Then try again.`,
      )
    }
    return unpacked(bytes, `mnist/${name}`)
  }
}
