/** What is measured of the studio: a build of it, served on this machine. */
import { serveStudio } from '../../packages/cli/src/studio/serve.ts'
import headers from '../../packages/studio/headers.json' with { type: 'json' }

export const viewport = { width: 1440, height: 900 }

export interface Studio {
  readonly name: string
  readonly address: string
  close(): Promise<void>
}

/** @param folder of the build */
export async function serveBuild(name: string, folder: string): Promise<Studio> {
  const server = await serveStudio(folder, { port: 0, headers })
  return { name, address: server.address, close: () => server.close() }
}
