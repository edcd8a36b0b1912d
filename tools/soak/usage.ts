/** What a process holds at a moment, garbage aside. */
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Usage {
  /** Bytes of JavaScript's objects. */
  readonly heap: number
  /** Bytes of array buffers that are no memory of WebAssembly. */
  readonly buffers: number
  /** Bytes of WebAssembly's memories that are still there. */
  readonly wasm: number
  /** Threads and open files of the process; undefined where the system does not list them as Linux does. */
  readonly threads?: number
  readonly handles?: number
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const memories: WeakRef<WebAssembly.Memory>[] = []
const { Memory } = WebAssembly
WebAssembly.Memory = class extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor)
    memories.push(new WeakRef(this))
  }
}

function entriesOf(folder: string): number | undefined {
  try {
    return readdirSync(folder).length
  } catch {
    return undefined
  }
}

export function usage(): Usage {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return {
    heap: heapUsed,
    buffers: arrayBuffers,
    wasm: memories.reduce((bytes, memory) => bytes + (memory.deref()?.buffer.byteLength ?? 0), 0),
    threads: entriesOf('/proc/self/task'),
    handles: entriesOf('/proc/self/fd'),
  }
}
