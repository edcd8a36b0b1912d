import { expose, transfer } from 'comlink'
import { type ExportQuestion, exportNetwork } from './export-network.ts'
import { type GivenFacts, GivenFile, type TensorSight } from './given-file.ts'
import { look } from './session.ts'

let given: GivenFile | undefined

const api = {
  look,
  async exportNetwork(question: ExportQuestion): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = (await exportNetwork(question)).slice()
    return transfer(bytes, [bytes.buffer])
  },
  async openFile(name: string, file: Blob): Promise<GivenFacts> {
    given = await GivenFile.open(name, file)
    return given.facts
  },
  /** Of the file that was opened last. */
  lookAtTensor: (name: string): TensorSight | undefined => given?.look(name),
}

export type ArchitecturesWorker = typeof api

expose(api)
