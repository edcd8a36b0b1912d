/** Published ImageNet weights, as they are named, and how pictures are prepared for them. */
import { existsSync, statSync } from 'node:fs'
import type { Shape } from 'gentle-dl'
import { imagenetPreprocessing, type Preprocessing } from 'gentle-dl/vision'
import { publishedWeights } from '../fetch/catalogue.ts'
import { UsageError } from '../terminal/usage.ts'

/** The word for the ImageNet weights that are published of a network. */
export const imagenet = 'imagenet'

/**
 * A file of weights as it is named: `imagenet` is that of the network's published ones, which is downloaded unless it is in the cache; anything else is the file itself.
 * @throws UsageError for a network of which none are published; DownloadError for what cannot be downloaded.
 */
export async function weightsNamed(given: string, network: string, quiet = false): Promise<string> {
  if (given !== imagenet || existsSync(given)) return given
  const { imagenetWeights, publishedNetworks } = await import('../fetch/weights.ts')
  if (!publishedNetworks.includes(network))
    throw new UsageError(
      `no ImageNet weights of ${network} are published; there are those of ${publishedNetworks.join(', ')}`,
    )
  return imagenetWeights(network, { quiet })
}

/**
 * How pictures are prepared for a file that is a published one by its content, whatever it is called and wherever it is; undefined for any other.
 * Those that want pixels in [-1, 1] are cut as ImageNet's others.
 */
export async function publishedPreprocessing(file: string, inputShape: Shape): Promise<Preprocessing | undefined> {
  if (inputShape[0] !== 3 || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const { sha256Of } = await import('../fetch/download.ts')
  const digest = await sha256Of(file)
  const pixels = Object.values(publishedWeights).find(({ sha256 }) => digest.startsWith(sha256))?.pixels
  if (pixels === undefined) return undefined
  const standard = imagenetPreprocessing(inputShape)
  return pixels === imagenet ? standard : { ...standard, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }
}
