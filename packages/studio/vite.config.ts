import { defineConfig } from 'vite'
import { chapters } from './build/chapters.ts'
import { digits } from './build/mnist.ts'
import { offline } from './build/offline.ts'
import headers from './headers.json' with { type: 'json' }

export default defineConfig({
  // The same files work at any place of any static host.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [chapters(), digits(), offline()],
  worker: { format: 'es' },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { host: '127.0.0.1', headers },
})
