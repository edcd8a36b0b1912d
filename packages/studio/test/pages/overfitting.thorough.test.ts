import { gzipSync } from 'node:zlib'
import { Random, wasm } from 'gentle-dl'
import { mnist, subset } from 'gentle-dl/data'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { shardSize } from '../../src/engine/mnist.ts'
import { type GalleryRequest, gallery } from '../../src/pages/overfitting/gallery.ts'
import { galleryProgram, program } from '../../src/pages/overfitting/program.ts'
import { RemedyRun } from '../../src/pages/overfitting/remedy-run.ts'
import { type Report, Session } from '../../src/pages/overfitting/session.ts'
import { noMoments, runSettings, type Settings } from '../../src/pages/overfitting/settings.ts'
import { printed } from './run-program.ts'

const settings: Settings = { examples: 50, seed: 1, dropout: 0.5, decay: 1, times: 2, strength: 1 }

it('a remedy comes to the same as the program that is shown', async () => {
  const { train, validation } = await mnist()
  const text = await printed(program(settings, ['dropout', 'augmentation'], 1))
  const backend = await wasm({ threads: 1 })
  try {
    for (const [name, title] of [
      ['dropout', 'Dropout'],
      ['augmentation', 'Augmentation'],
    ] as const) {
      const run = await RemedyRun.begin(runSettings(name, settings), { train, validation }, backend)
      await run.round()
      const [, onTrain, onValidation, accuracy] = new RegExp(
        `${title}: loss (\\S+) training, (\\S+) validation; accuracy (\\S+)`,
      ).exec(text)!
      const last = run.moments[1]
      expect(Number(onTrain)).toBeCloseTo(last.train, 4)
      expect(Number(onValidation)).toBeCloseTo(last.validation, 4)
      expect(Number(accuracy)).toBeCloseTo(last.accuracy, 2)
      run.dispose()
    }
  } finally {
    await backend.close()
  }
})

it('the gallery has a program that comes to the same boxes', async () => {
  const { train } = await mnist()
  const digits = subset(
    train,
    Array.from({ length: 500 }, (_, i) => i),
  )
  const request: GalleryRequest = { name: 'rotate', amount: 0.5, seed: 3, boxes: true, masks: true }
  const [, ...changed] = await gallery(digits, request)
  const text = await printed(galleryProgram(request))
  const boxes = [...text.matchAll(/: a (\d) from (\S+), (\S+) to (\S+), (\S+)/g)].map(([, ...numbers]) =>
    numbers.map(Number),
  )
  expect(boxes).toEqual(changed.flatMap(({ objects }) => objects.map(({ label, box }) => [Number(label), ...box])))
})

describe('the session', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('trains all to as many rounds, and anew only what another setting belongs to', async () => {
    const shard = new Uint8Array(shardSize * 785)
    const random = new Random(1, 'shard')
    for (let i = 0; i < shardSize; i++) {
      shard[i] = i % 10
      for (let at = 0; at < 40; at++) shard[shardSize + i * 784 + 200 + 28 * (i % 10) + at] = 100 + random.integer(100)
    }
    const body = gzipSync(shard)
    vi.stubGlobal('fetch', async () => new Response(body))
    const reports: Report[] = []
    const session = new Session('mnist/', (report) => reports.push(structuredClone(report)), { threads: 1 })
    try {
      await session.train(settings, ['none', 'dropout'], 1)
      const { moments } = reports.at(-1)!
      expect([moments.none.length, moments.dropout.length, moments.data.length]).toEqual([2, 2, 0])
      await session.train({ ...settings, dropout: 0.2 }, ['none', 'dropout'], 1)
      const next = reports.at(-1)!.moments
      expect(next.none).toEqual(moments.none)
      expect(next.dropout[1]).not.toEqual(moments.dropout[1])
      expect(next.dropout[0]).toEqual(moments.dropout[0])
      await session.train({ ...settings, seed: 2 }, ['none'], 0)
      expect(reports.at(-1)!.moments).toEqual(noMoments)
    } finally {
      await session.dispose()
    }
  })
})
