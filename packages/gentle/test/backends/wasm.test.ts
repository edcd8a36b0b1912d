import { describe, it } from 'vitest'

// The wasm backend has no entry point yet. When it has, this file becomes
//   for (const threads of [1, 2, 4]) describeBackend(`wasm with ${threads} threads`, () => wasm({ threads }))
//   describeThreads('wasm', (threads) => wasm({ threads }))
describe.skip('the wasm backend', () => {
  it.todo('conforms to the reference with 1, 2 and 4 threads')
})
