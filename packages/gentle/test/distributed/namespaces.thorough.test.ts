/** Ranks on nodes of their own: network namespaces, which hear each other through virtual Ethernet alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Namespaces, namespaces } from '../../../../bench/scale/namespaces.ts'
import { hasMpirun, startRanks, unlessThere } from './mpirun.ts'

const program = 'packages/gentle/test/distributed/rank-program.ts'
const digestsIn = (output: string): string[] =>
  [...output.matchAll(/^rank \d+ of \d+: (\w{16})$/gm)].map(([, digest]) => digest)

/** Undefined where the system does not allow them, and then why. */
async function made(): Promise<Namespaces | string> {
  if (!hasMpirun) return 'there is no mpirun'
  try {
    const nodes = await namespaces(3, { rate: 1e9, delay: 0 })
    nodes.close()
    return nodes
  } catch (error) {
    return (error as Error).message.trim().split('\n')[0]
  }
}

const tried = await made()
const leftOut = typeof tried === 'string' ? ` (left out: no network namespaces: ${tried})` : ''

describe.runIf(leftOut === '')(`ranks in network namespaces${unlessThere || leftOut}`, () => {
  let nodes: Namespaces
  beforeAll(async () => {
    nodes = await namespaces(3, { rate: 1e9, delay: 0 })
  })
  afterAll(() => nodes.close())

  it('come to the bits of a process alone', async () => {
    const [expected] = digestsIn((await startRanks(1, [program]).ended).output)
    for (const ranks of [2, 3]) {
      const { code, output, notes } = await startRanks(ranks, [program], {}, nodes.options).ended
      expect(digestsIn(output), notes).toEqual(Array(ranks).fill(expected))
      expect(code).toBe(0)
    }
  })
})
