/** `gentle weights`: its arguments and options. */
import type { Command } from 'commander'
import { getWeights, publishedNetworks } from '../fetch/weights.ts'
import { finishWith, mirrorText } from './declaration.ts'

export function declare(command: Command): void {
  command
    .command('get')
    .argument('[network...]', `${publishedNetworks.join(', ')}; none: list them all`)
    .description('download published ImageNet weights into the cache, checked by SHA-256')
    .option('--mirror <address>', mirrorText)
    .option('--quiet', 'print no progress')
    .action(async (networks, flags) => finishWith(await getWeights(networks, flags)))
}
