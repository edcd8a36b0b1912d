/** MNIST's digits as files beside the pages, in shards, of which a page fetches those that it needs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Dataset, mnist } from 'gentle-dl/data'
import type { Plugin } from 'vite'
import { shardName, shardSize } from '../src/engine/mnist.ts'

const pixels = 28 * 28

/** Labels, then pictures, a byte a pixel. */
function shard(digits: Dataset, first: number): Uint8Array {
  const indices = Uint32Array.from({ length: shardSize }, (_, i) => first + i)
  const [inputs, labels] = [new Float32Array(shardSize * pixels), new Int32Array(shardSize)]
  digits.read(indices, inputs, labels)
  return Uint8Array.from([...labels, ...inputs.map((value) => Math.round(value * 255))])
}

/** All shards by their path in the build. Compressing them takes seconds, so they are kept. */
async function shards(folder: string): Promise<Map<string, Uint8Array>> {
  const parts = await mnist()
  const files = new Map<string, Uint8Array>()
  mkdirSync(folder, { recursive: true })
  for (const part of ['train', 'validation', 'test'] as const)
    for (let i = 0; i < parts[part].length / shardSize; i++) {
      const name = shardName(part, i)
      const kept = join(folder, name)
      if (!existsSync(kept)) writeFileSync(kept, gzipSync(shard(parts[part], i * shardSize)))
      files.set(`mnist/${name}`, readFileSync(kept))
    }
  return files
}

/** Adds the digits to the build, and to the server of development. */
export function digits(): Plugin {
  let folder: string
  return {
    name: 'digits',
    configResolved({ cacheDir }) {
      folder = join(cacheDir, `mnist-of-${shardSize}`)
    },
    async generateBundle() {
      for (const [fileName, source] of await shards(folder)) this.emitFile({ type: 'asset', fileName, source })
    },
    configureServer({ middlewares }) {
      const files = shards(folder)
      middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
        if (!path.startsWith('mnist/')) return next()
        files.then((all) => {
          const content = all.get(path)
          if (content === undefined) return next()
          response.setHeader('Content-Type', 'application/octet-stream')
          response.end(content)
        }, next)
      })
    },
  }
}
