import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { chromiumLaunch } from './tools/chromium.ts'

/** Tests that run in a page; memory can be shared by threads only where the page is cross-origin isolated. */
const inBrowser = (name: string, include: string, headers: Record<string, string>): TestProjectConfiguration => ({
  server: { headers },
  test: {
    name,
    include: [include],
    globalSetup: 'packages/gentle/test/browser/node.setup.ts',
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumLaunch }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

const wideVectors = 'packages/gentle/test/backends/wide-vectors.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts', 'docs/**/*.test.ts', 'tools/*.test.ts'],
          exclude: ['**/test/browser/**', '**/node_modules/**', wideVectors],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          // V8 optimizes WebAssembly after it has run for a while, which most tests do not; and it joins vectors only then.
          name: 'optimized at once',
          environment: 'node',
          include: [wideVectors, 'packages/gentle/test/backends/wasm/*.test.ts'],
          execArgv: ['--no-liftoff'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'package',
          environment: 'node',
          include: ['tools/package/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      inBrowser('browser', 'packages/gentle/test/browser/isolated.test.ts', {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }),
      inBrowser('browser, not isolated', 'packages/gentle/test/browser/not-isolated.test.ts', {}),
    ],
  },
})
