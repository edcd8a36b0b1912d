import { globSync, readFileSync } from 'node:fs'
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

const tests = ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts', 'docs/**/*.test.ts', 'tools/*.test.ts']
const inPages = '**/test/browser/**'
const installed = '**/node_modules/**'

/** Whole trainings and large networks. */
const long = '**/*.thorough.test.ts'

const wideVectors = 'packages/gentle/test/backends/wide-vectors.test.ts'

/** Tests of kernels, some with vectors of 256 bits. V8 joins vectors only in code that it optimizes, which it does late, and not in most tests. */
const kernels = [
  'conv2d-weight-gradient',
  'dense-panels',
  'dense-rows',
  'dense-streamed',
  'depthwise',
  'packed-tile',
  'pixel-tile',
  'product',
  'winograd',
].map((name) => `packages/gentle/test/backends/wasm/${name}.test.ts`)
const optimizedAtOnce = ['--no-liftoff']

/** Of the random cases the quick suite tries the first half, the thorough one this many times all of them. */
const manyCases = { THOROUGH: 'yes', RANDOM_CASES: process.env['RANDOM_CASES'] ?? '10' }
const fewCases = { THOROUGH: 'no', RANDOM_CASES: '0.5' }

/** Tests that draw random cases: the thorough suite tries more of them. */
const drawing = globSync(tests, { exclude: ['**/node_modules/**', '**/browser/**'] }).filter((file) =>
  /random-cases|fast-check|conformance|\/fuzz\.ts/.test(readFileSync(file, 'utf8')),
)
/** Of kernels, those whose cases are the same in both suites. */
const fixedKernels = kernels.filter((file) => !drawing.includes(file))
const setupFiles = 'packages/gentle/test/random-cases.setup.ts'

export default defineConfig({
  test: {
    // Tests of threads compute on two and mostly wait; the others keep a core busy each.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['packages/gentle/src/compile/**', 'packages/gentle/src/backends/wasm/**'],
      reporter: 'text',
    },
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: tests,
          exclude: [inPages, installed, long, wideVectors, ...kernels],
          // Files share processes, which saves loading the library anew for each. The thorough suite runs them apart.
          isolate: false,
          setupFiles,
          env: fewCases,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'optimized at once',
          environment: 'node',
          include: [wideVectors, ...kernels],
          setupFiles,
          env: fewCases,
          execArgv: optimizedAtOnce,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // What the quick suite has not run: long tests, more random cases, and kernels as V8 compiles them at first.
        test: {
          name: 'thorough',
          environment: 'node',
          include: [
            ...tests.map((pattern) => pattern.replace('*.test.ts', '*.thorough.test.ts')),
            ...drawing,
            ...kernels,
          ],
          exclude: [inPages, installed, wideVectors],
          setupFiles,
          env: manyCases,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'thorough, optimized at once',
          environment: 'node',
          include: [wideVectors, 'packages/gentle/test/backends/wasm/*.test.ts'],
          exclude: fixedKernels,
          setupFiles,
          env: manyCases,
          execArgv: optimizedAtOnce,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // Quick tests once more, each file in a process of its own: one that leans on what another left behind fails here.
        test: {
          name: 'apart',
          environment: 'node',
          include: tests,
          exclude: [inPages, installed, long, wideVectors, ...drawing, ...kernels],
          setupFiles,
          env: fewCases,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'package',
          environment: 'node',
          include: ['tools/package/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'studio',
          environment: 'node',
          // What pages compute is compared with the library in Node, with the vectors that browsers have.
          env: { GENTLE_WIDE: '0' },
          include: ['packages/studio/test/browser/*.test.ts'],
          globalSetup: 'packages/studio/test/browser/serve.setup.ts',
          // What a page shows after training may take a while where other tests compute.
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 180_000,
          hookTimeout: 180_000,
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
