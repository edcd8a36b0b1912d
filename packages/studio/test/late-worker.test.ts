import { afterEach, expect, it, vi } from 'vitest'
import { LateWorker } from '../src/engine/late-worker.ts'

/** A worker that notes what it is told. */
function noted() {
  const told: unknown[] = []
  const worker = {
    postMessage: (message: unknown, transfer: unknown[]) => told.push([message, transfer.length]),
    addEventListener: (type: string) => told.push(type),
    removeEventListener: (type: string) => told.push(`no ${type}`),
    terminate: () => told.push('end'),
  }
  const start = vi.fn(() => worker as unknown as Worker)
  return { told, start }
}

afterEach(() => vi.unstubAllGlobals())

it('starts once the page is drawn, and is told then what it was told before, in order', async () => {
  let draw = (): void => {}
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => {
    draw = then
  })
  vi.stubGlobal('cancelAnimationFrame', () => {})
  const { told, start } = noted()
  const late = new LateWorker(start)
  late.addEventListener('message', () => {})
  late.postMessage('first', [new ArrayBuffer(1)])
  expect(start).not.toHaveBeenCalled()
  draw()
  await vi.waitFor(() => expect(told).toEqual(['message', ['first', 1]]))
  late.postMessage('second')
  late.terminate()
  expect(told.slice(2)).toEqual([['second', 0], 'end'])
  expect(start).toHaveBeenCalledTimes(1)
})

it('starts where nothing is drawn, and not at all once it is ended', async () => {
  vi.useFakeTimers()
  try {
    vi.stubGlobal('requestAnimationFrame', () => 0)
    vi.stubGlobal('cancelAnimationFrame', () => {})
    const [hidden, ended] = [noted(), noted()]
    new LateWorker(hidden.start)
    new LateWorker(ended.start).terminate()
    vi.advanceTimersByTime(1000)
    expect([hidden.start, ended.start].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  } finally {
    vi.useRealTimers()
  }
})
