import { expose, transfer } from 'comlink'
import { type ExportQuestion, exportNetwork } from './export-network.ts'
import { look } from './session.ts'

const api = {
  look,
  async exportNetwork(question: ExportQuestion): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = (await exportNetwork(question)).slice()
    return transfer(bytes, [bytes.buffer])
  },
}

export type ArchitecturesWorker = typeof api

expose(api)
