/** Builds the studio and serves it, as `gentle studio` does, before the tests that look at it. */
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { buildStudio } from '../../../../tools/pack.ts'
import { serveStudio } from '../../../cli/src/studio/serve.ts'
import headers from '../../headers.json' with { type: 'json' }

declare module 'vitest' {
  interface ProvidedContext {
    studio: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  buildStudio()
  const server = await serveStudio(`${root}/dist`, { port: 0, headers })
  project.provide('studio', server.address)
  return () => server.close()
}
