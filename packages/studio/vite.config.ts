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
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // All styles and all parts that pages share come as one file each: a page that is asked for takes few requests, each of which costs a slow processor more than its bytes.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'parts',
              test: /studio\/src\/(parts\/(?!icon|notice|use-dropped-files)|engine\/(?!message-of)|app\/(use-page-state|use-worker|page-state|fields))|gentle\/src\/core\/errors|node_modules\/(d3-|internmap|comlink)/,
            },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', headers },
})
