/** What other threads see of a backend: variables where they are kept, and how far the program is that computes them. */
import type { Variable } from '../../graph/tensor.ts'
import type { Backend, Exposed, Progress } from '../backend.ts'
import { i32, ifThen, type Local, type Statement, wasmFeatures } from './assembler/index.ts'
import { type Buffer, storageOf } from './buffer.ts'
import { buildOf } from './build-of.ts'
import { progressWord } from './control.ts'
import type { Heap } from './heap.ts'
import type { LoweredProgram } from './lowering/lower-graph.ts'
import type { ProgramImage } from './program-image.ts'
import type { Schedule } from './schedule.ts'
import { openWasm, type WasmOptions, wasm } from './wasm.ts'

/** Opens a backend as `wasm` does, in memory that other threads see, also where it computes on one alone; where the engine has no such memory, as `wasm`. @throws as `wasm` */
export function wasmInSight(options: WasmOptions): Promise<Backend> {
  if (!wasmFeatures().threads) return wasm(options)
  // Programs tell how far they are, which others do not.
  const build = buildOf(import.meta.url)
  return openWasm(options, build && `${build} in sight`, new Sight())
}

/** One backend's. */
export class Sight {
  #heap: Heap | undefined

  /**
   * @param addresses of the variables that have memory @param markChanged says that a variable has other values
   * @returns the backend's `expose`
   */
  open(
    heap: Heap,
    addresses: Map<Variable, number>,
    markChanged: (variable: Variable) => void,
  ): NonNullable<Backend['expose']> {
    this.#heap = heap
    return (places, length): Exposed => {
      const piece = heap.allocate(4 * length, 'variables')
      const values = new Float32Array(heap.memory.buffer, piece, length)
      values.fill(0)
      for (const [variable, place] of places) {
        if (variable.fill !== 0) values.set(variable.initial, place)
        addresses.set(variable, piece + 4 * place)
      }
      const changed = (): void => {
        for (const variable of places.keys()) markChanged(variable)
      }
      return { values, changed }
    }
  }

  /** Code that tells the other threads that the present run has gone through so many phases. */
  tell(thread: Local<'i32'>, phases: number): Statement[] {
    return [ifThen(i32.eqz(thread), [i32.atomicStore(progressWord, phases)])]
  }

  /** After how many phases each variable of a program has its next value; 0 for those that it leaves as they are. */
  finalAfter({ variables }: LoweredProgram, { phases, places }: Schedule): number[] {
    return [...variables.values()].map((variable) => {
      const place = places.get(variable)
      const isHere = (buffer: Buffer): boolean => places.get(storageOf(buffer)) === place
      return phases.findLastIndex((kernels) => kernels.some(({ writes }) => writes.some(isHere))) + 1
    })
  }

  progress({ variables, finalAfter }: ProgramImage): Progress {
    const word = new Int32Array(this.#heap!.memory.buffer, progressWord, 1)
    return { word, finalAt: (variable) => finalAfter![variables.indexOf(variable)] }
  }
}
