import { call, countedLoop, i32, ifThen, Module } from '../../../src/backends/wasm/assembler/index.ts'
import { controlBytes, defineBarrier } from '../../../src/backends/wasm/control.ts'
import type { Threads } from '../../../src/backends/wasm/threads.ts'

/** A program of two threads in which thread 1 comes so many turns of a loop after the others, of 1 ns or so. */
export async function late(turns: number, threads: Threads, memory: WebAssembly.Memory) {
  const module = new Module({ memory: { initialPages: 1, maximumPages: 1, shared: true } })
  const barrier = defineBarrier(module, 2)
  module.function(
    'run',
    { thread: 'i32', maySleep: 'i32' } as const,
    undefined,
    ({ thread, maySleep }, builder) => [
      ifThen(thread, [countedLoop(builder.local('i32'), i32.const(turns), [i32.atomicStore(controlBytes, 1)])]),
      call(barrier, maySleep),
    ],
    { export: true },
  )
  const compiled = await WebAssembly.compile(module.emit())
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory, stalled: threads.stalled } })
  return { compiled, run: exports['run'] as (thread: number, maySleep: number) => void }
}
