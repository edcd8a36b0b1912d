/** Builds the studio, serves it as `gentle studio` does, and starts the browser, before the tests that look at it. */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumLaunch } from '../../../../tools/chromium.ts'
import { buildStudio } from '../../../../tools/pack.ts'
import { serveStudio } from '../../../cli/src/studio/serve.ts'
import headers from '../../headers.json' with { type: 'json' }

declare module 'vitest' {
  interface ProvidedContext {
    studio: string
    /** Where tests reach the browser. */
    chromium: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  buildStudio()
  const server = await serveStudio(`${root}/dist`, { port: 0, headers })
  const browser = await chromium.launchServer(chromiumLaunch)
  project.provide('studio', server.address)
  project.provide('chromium', browser.wsEndpoint())
  return async () => {
    await browser.close()
    await server.close()
  }
}
