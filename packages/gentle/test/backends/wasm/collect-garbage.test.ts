import { expect, test } from 'vitest'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { input } from '../../../src/graph/tensor.ts'
import { neg } from '../../../src/ops/index.ts'

const dropped = (): WeakRef<object> => new WeakRef({})

test('what is not used any more is collected when a program of 256 MiB and more has been compiled', async () => {
  const backend = await wasm({ threads: 1 })
  try {
    const first = dropped()
    const compile = async (length: number) => {
      const x = input([length])
      await backend.compile({ inputs: { x }, outputs: { y: neg(x) } })
    }
    await compile(100)
    expect(first.deref()).toBeDefined()
    await new Promise(setImmediate) // what `deref` gave lives until the end of the job
    await compile(2 ** 26)
    expect(first.deref()).toBeUndefined()
  } finally {
    await backend.close()
  }
})
