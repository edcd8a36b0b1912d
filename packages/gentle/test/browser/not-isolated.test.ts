import { expect, inject, test } from 'vitest'
import { trainInAWorker } from './in-a-worker.ts'

test('without cross-origin isolation there is one thread, the backend says so, and the training is bitwise the same', async () => {
  expect(crossOriginIsolated).toBe(false)
  const { losses, parameters } = inject('inNode')
  const training = await trainInAWorker({ threads: 2 })
  expect(training).toMatchObject({ threads: 1, losses, parameters })
  expect(training.backend).toContain('1 thread')
})
