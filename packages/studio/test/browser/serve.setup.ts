/** Builds the studio and serves it, as `gentle studio` does, before the tests that look at it. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { serveStudio } from '../../../cli/src/studio/serve.ts'
import headers from '../../headers.json' with { type: 'json' }

declare module 'vitest' {
  interface ProvidedContext {
    studio: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  // A process of its own: what vitest sets in this one's environment would make it another build than that which is published.
  const vite = fileURLToPath(new URL('../../../../node_modules/vite/bin/vite.js', import.meta.url))
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const server = await serveStudio(`${root}/dist`, { port: 0, headers })
  project.provide('studio', server.address)
  return () => server.close()
}
