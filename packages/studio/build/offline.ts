/** The service worker: with it the studio works without a network, and on hosts that cannot send headers its pages are isolated all the same. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import headers from '../headers.json' with { type: 'json' }

/** What is needed to start is kept at once; of the rest what somebody looked at. */
const isFirst = (file: string): boolean => !file.startsWith('chapters/') && !file.startsWith('mnist/')

export const offline = (): Plugin => ({
  name: 'offline',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).sort()
    const digest = createHash('sha256')
    for (const file of files) {
      const output = bundle[file]
      digest.update(file).update(output.type === 'chunk' ? output.code : output.source)
    }
    const settings = {
      version: digest.digest('hex').slice(0, 12),
      files: [
        './',
        './icon.svg',
        './studio.webmanifest',
        ...files.filter(isFirst).filter((file) => file !== 'index.html'),
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
