/** `gentle weights get`, and the ImageNet weights that `--pretrained imagenet` asks for. */
import { existsSync } from 'node:fs'
import { cacheFolder } from 'gentle-dl/cache'
import { bytes, note, print, table } from '../terminal/terminal.ts'
import { exitCodes, unknownChoice } from '../terminal/usage.ts'
import { weightsPlace } from './cache.ts'
import { fileNameOf, publishedWeights, weightsLicence } from './catalogue.ts'
import type { ObtainOptions } from './obtain.ts'

export const publishedNetworks: readonly string[] = Object.keys(publishedWeights)

/**
 * The path of a network's ImageNet weights, downloaded unless they are in the cache.
 * @throws UsageError for a network of which none are published, and a file in the cache that is another; DownloadError where it cannot be downloaded.
 */
export async function imagenetWeights(network: string, options: ObtainOptions = {}): Promise<string> {
  if (!Object.hasOwn(publishedWeights, network))
    throw unknownChoice('network with published ImageNet weights', network, publishedNetworks)
  const file = publishedWeights[network]
  const path = weightsPlace(fileNameOf(file))
  if (!existsSync(path) && !options.quiet) note(`${network}: ${file.title}; licence: ${weightsLicence}`)
  const { obtain } = await import('./obtain.ts')
  await obtain([{ file, path }], options)
  return path
}

export async function getWeights(networks: readonly string[], options: ObtainOptions): Promise<number> {
  if (networks.length === 0) {
    print(listing())
    return exitCodes.done
  }
  for (const network of networks) console.log(await imagenetWeights(network, options))
  return exitCodes.done
}

function listing(): string {
  const rows = Object.entries(publishedWeights).map(([network, file]) => [
    network,
    fileNameOf(file),
    file.bytes === undefined ? '' : bytes(file.bytes),
    existsSync(weightsPlace(fileNameOf(file))) ? 'yes' : 'no',
  ])
  return [
    table([['network', 'file', 'size', 'in cache'], ...rows]),
    '',
    `licence: ${weightsLicence}`,
    `cache: ${cacheFolder()} (GENTLE_CACHE sets another)`,
  ].join('\n')
}
