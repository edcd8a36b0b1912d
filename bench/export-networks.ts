import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cache, isExported } from './workload.ts'

/** Lets PyTorch write networks into bench/cache, for those that read files, unless they are there. */
export function exportNetworks(networks: readonly string[], say: (message: string) => void): void {
  const absent = networks.filter((network) => !isExported(network))
  if (absent.length === 0) return
  say(`PyTorch writes ${absent.join(', ')} into bench/cache`)
  const script = fileURLToPath(new URL('rivals/export-onnx.py', import.meta.url))
  const { status, error, stderr } = spawnSync('/usr/bin/python3', [script, cache, ...absent], { encoding: 'utf8' })
  if (status !== 0) say(`PyTorch could not write them: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
}
