/** The service worker: with it the studio works without a network, and on hosts that cannot send headers its pages are isolated all the same. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import headers from '../headers.json' with { type: 'json' }

/** Larger files are kept when somebody has needed them: MNIST's, and the reader of HDF5. */
const mostBytes = 2 ** 20

/** What is needed to work is kept before somebody looks at it; of the rest what somebody looked at. */
const isFirst = (file: string, bytes: number): boolean =>
  !file.startsWith('chapters/') && !file.startsWith('mnist/') && bytes <= mostBytes

export const offline = (): Plugin => ({
  name: 'offline',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).sort()
    const digest = createHash('sha256')
    const contentOf = (file: string): string | Uint8Array => {
      const output = bundle[file]
      return output.type === 'chunk' ? output.code : output.source
    }
    for (const file of files) digest.update(file).update(contentOf(file))
    const settings = {
      version: digest.digest('hex').slice(0, 12),
      files: [
        './',
        './icon.svg',
        './studio.webmanifest',
        ...files.filter((file) => file !== 'index.html' && isFirst(file, contentOf(file).length)),
      ],
      headers,
    }
    const source = readFileSync(join(import.meta.dirname, 'service-worker.js'), 'utf8')
    this.emitFile({
      type: 'asset',
      fileName: 'service-worker.js',
      source: `const studio = ${JSON.stringify(settings, null, 2)}\n\n${source}`,
    })
  },
})
