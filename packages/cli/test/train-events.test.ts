/** What a training tells other programs. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { crc32c, eventRecord } from '../src/train/event-file.ts'
import { eventStream, jsonLine } from '../src/train/train-events.ts'

it('steps are told at most ten times a second, and NaN is null', () => {
  let time = 0
  const lines: string[] = []
  const events = eventStream([(event) => lines.push(jsonLine(event))], () => time)
  for (let step = 1; step <= 100; step++) {
    events.step(
      { step, steps: 100, epoch: 1, loss: Number.NaN, train: { loss: 1 }, examples: step, learningRate: 0.1 },
      0,
    )
    time += 15
  }
  const told = lines.map((line) => JSON.parse(line))
  expect(told.map(({ step }) => step)).toEqual(Array.from({ length: 15 }, (_, i) => 1 + 7 * i))
  expect(told[0].loss).toBeNull()
})

it('event files have the checksums of CRC-32C, and the bytes that TensorBoard was seen to read', () => {
  expect(crc32c(new TextEncoder().encode('123456789')).toString(16)).toBe('e3069283')
  const events = [
    eventRecord({ kind: 'version' }, 0, 1e9),
    eventRecord({ kind: 'begin' }, 0, 1e9 + 0.25),
    eventRecord({ kind: 'text', tag: 'settings', text: '| model | größe |' }, 0, 1e9 + 0.5),
    eventRecord({ kind: 'scalars', values: { 'loss/train': 0.5, 'loss/validation': Number.NaN } }, 3, 1e9 + 1),
    eventRecord({ kind: 'scalars', values: { 'loss/train': 0.25 } }, 70_000, 1e9 + 2),
  ]
  // goldens/read-tensorboard.py prints what TensorBoard's own reader, which checks all checksums, makes of this file.
  const golden = readFileSync(new URL('goldens/tensorboard/events.out.tfevents.1000000000.host.1', import.meta.url))
  expect(Buffer.concat(events).equals(golden)).toBe(true)
})
