/** What each rank of the tests runs, under mpirun: it opens a folder of pictures, and tells how many files it decoded and what it came to. `RANK_TEST` chooses what goes wrong. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { imageFolder } from 'gentle-dl/data'
import { distributed, dividedAmong, together } from 'gentle-dl/distributed'

const { RANK_TEST = '' } = process.env
const [, , folder, otherFolder] = process.argv

/** The files that sharp was given. */
const decoded = new Set<string>()
const require = createRequire(import.meta.url)
const sharp = require('sharp')
require.cache[require.resolve('sharp')]!.exports = Object.assign((source: unknown, ...rest: unknown[]) => {
  if (typeof source === 'string') decoded.add(source)
  return sharp(source, ...rest)
}, sharp)

const ranks = await distributed()
const isLast = ranks.rank === ranks.size - 1
const divide = dividedAmong(ranks)
try {
  const { train, validation, test, skipped } = await together(ranks, async () => {
    if (isLast && RANK_TEST === 'throw') throw new Error('no more')
    return imageFolder(isLast ? otherFolder : folder, { size: 8, strict: RANK_TEST === 'strict', divide })
  })
  const found = { parts: [train, validation, test].map(({ examples }) => examples), skipped }
  const digest = createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 16)
  console.log(`rank ${ranks.rank}: ${decoded.size} decoded, ${skipped.length} left out: ${digest}`)
} catch (error) {
  console.log(`rank ${ranks.rank}: ${(error as Error).message}`)
}
await ranks.close()
