import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { all, ours, pixelsOf, randomRegion, theirs } from './compared.ts'
import { writtenJpeg } from './written-jpeg.ts'

const samplings = [0x11, 0x21, 0x22] as const

function randomFile(random: Random, mostDivisors: number) {
  const components = random.integer(5) === 0 ? 1 : 3
  const size = { height: 1 + random.integer(150), width: 8 + random.integer(150) }
  const file = writtenJpeg(random, {
    ...size,
    components,
    sampling: components === 1 ? 0x11 : samplings[random.integer(3)],
    restartInterval: random.integer(2) * (1 + random.integer(40)),
    density: random.uniform() ** 2,
    divisors: 1 + random.integer(mostDivisors),
  })
  return { file, size }
}

describe('decodeJpeg', () => {
  it('gives to the bit what libjpeg gives of random files and regions', async () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = new Random(seed, 'jpeg')
      const { file, size } = randomFile(random, 60)
      const region = seed % 4 === 0 ? all(size) : randomRegion(random, size)
      expect(ours(file, size, region), `seed ${seed}`).toEqual(await theirs(file, region))
    }
  })

  it('gives of broken files what libjpeg gives, or leaves them to it', async () => {
    let [same, left, refused] = [0, 0, 0]
    for (let seed = 0; seed < 3000; seed++) {
      const random = new Random(seed, 'broken jpeg')
      // Coefficients of more than 14 bits, which no picture has, libjpeg computes differently where they stand alone in their row.
      const { file, size } = randomFile(random, 8)
      const changes = 1 + random.integer(3)
      for (let i = 0; i < changes; i++) file[random.integer(file.length)] = random.integer(256)
      const pixels = ours(file, size, all(size))
      if (pixels === undefined) {
        left++
        continue
      }
      const expected = await pixelsOf(file).catch(() => undefined)
      if (expected === undefined) refused++
      else expect(pixels, `seed ${seed}`).toEqual([...expected.data])
      same++
    }
    expect(refused).toBe(0)
    expect(Math.min(same, left)).toBeGreaterThan(100)
  })
})
