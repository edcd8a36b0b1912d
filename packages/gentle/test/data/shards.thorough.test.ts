import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createTarPacker } from 'modern-tar'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'gentle-large-shards-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Noise, which no format makes small: a picture of 256 x 256 takes 196 KB. */
const noise = (seed: number): Promise<Uint8Array> => {
  const pixels = new Uint8Array(256 * 256 * 3)
  let state = seed + 1
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    pixels[i] = state >>> 24
  }
  return sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

async function writeShard(name: string, examples: number, pictures: readonly Uint8Array[]): Promise<void> {
  const { readable, controller } = createTarPacker()
  const add = async (file: string, bytes: Uint8Array) => {
    const writer = controller.add({ name: file, size: bytes.length, type: 'file' }).getWriter()
    await writer.write(bytes)
    await writer.close()
  }
  const writing = pipeline(Readable.fromWeb(readable as never), createWriteStream(join(folder, name)))
  for (let i = 0; i < examples; i++) {
    await add(`${i}.png`, pictures[i % pictures.length])
    await add(`${i}.cls`, new TextEncoder().encode(String(i % 2)))
  }
  controller.finalize()
  await writing
}

describe('sets in archives that are larger than what memory they may take', () => {
  it('take the memory of a few batches while an epoch is read', async () => {
    const pictures = await Promise.all([0, 1, 2, 3].map(noise))
    for (let i = 0; i < 16; i++) await writeShard(`train-${i}.tar`, 200, pictures)
    for (const part of ['val', 'test']) await writeShard(`${part}-0.tar`, 8, pictures)
    const program = `
      import { imageShards } from 'gentle-dl/data'
      // A thread that decodes has memory of its own, for as long as the process lives and however many pictures there are.
      const { train } = await imageShards(process.argv[1], { size: 32, workers: 0 })
      const order = train.order({ seed: 0, epoch: 1, batchSize: 64 })
      const [inputs, labels] = [new Float32Array(64 * 3 * 32 * 32), new Int32Array(64)]
      let [bytes, before, most] = [0, 0, 0]
      for (let at = 0; at < order.length; at += 64) {
        await train.read(order.subarray(at, at + 64), inputs, labels)
        if (at === 640) before = process.memoryUsage.rss()
        most = Math.max(most, process.memoryUsage.rss())
      }
      console.log(JSON.stringify({ examples: order.length, before, most }))`
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program, folder], {
      cwd: join(import.meta.dirname, '../../../..'),
      encoding: 'utf8',
    })
    const { examples, before, most } = JSON.parse(output)
    expect(examples).toBe(3200)
    // The pictures of the archives are 629 MB.
    expect(most).toBeLessThan(400e6)
    expect(most - before).toBeLessThan(100e6)
  })
})
