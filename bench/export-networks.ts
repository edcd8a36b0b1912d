import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cache, isExported } from './exported-networks.ts'

const script = fileURLToPath(new URL('rivals/export-onnx.py', import.meta.url))

/**
 * Lets PyTorch write torchvision's networks into a folder.
 * @throws Error when it cannot.
 */
export function exportNetworks(networks: readonly string[], folder: string): void {
  const { status, error, stderr } = spawnSync('/usr/bin/python3', [script, folder, ...networks], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`PyTorch could not write it: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
}

/** Lets PyTorch write networks into bench/cache, for those that read files, unless they are there. */
export function cacheNetworks(networks: readonly string[], say: (message: string) => void): void {
  for (const network of networks.filter((name) => !isExported(name))) {
    say(`PyTorch writes ${network} into bench/cache`)
    try {
      exportNetworks([network], cache)
    } catch (error) {
      say((error as Error).message)
    }
  }
}
