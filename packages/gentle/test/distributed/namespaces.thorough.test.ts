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

/** How often Open MPI is told to ask whether a machine is still there: after 2 seconds of silence each second, three times. */
const keepalive = Object.entries({ time: 2, intvl: 1, probes: 3 }).flatMap(([name, value]) => [
  '--mca',
  `oob_tcp_keepalive_${name}`,
  String(value),
])

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

describe.runIf(leftOut === '')(`ranks whose link is cut${unlessThere || leftOut}`, () => {
  /** What comes of a training whose link to a node is cut, and how many seconds later all has ended. */
  async function cut(node: number, optionsOf: (nodes: Namespaces) => readonly string[]) {
    const nodes = await namespaces(3, { rate: 1e9, delay: 0 })
    try {
      const started = startRanks(3, [program], { RANK_TEST: 'long' }, optionsOf(nodes))
      await new Promise<void>((resolve) =>
        started.mpirun.stdout!.on('data', (text) => String(text).includes('under way') && resolve()),
      )
      const begun = performance.now()
      nodes.cut(node)
      const ended = await started.ended
      return { ...ended, seconds: (performance.now() - begun) / 1000 }
    } finally {
      nodes.close()
    }
  }

  it('end within seconds with the mpirun of the first of them, which waits for the machine', async () => {
    const { code, notes, seconds } = await cut(1, ({ beside }) => beside)
    expect(notes).toMatch(
      /^gentle: rank 1 \(process \d+ on gentle1\) has not answered for \d seconds: .* all ranks end, mpirun too if it waits/m,
    )
    // It was killed.
    expect(code).toBeNull()
    expect(seconds).toBeLessThan(15)
  })

  it('end within seconds where mpirun is elsewhere and asks whether machines are there', async () => {
    for (const node of [0, 1]) {
      const { code, notes, seconds } = await cut(node, ({ options }) => [...options, ...keepalive])
      expect(notes).toMatch(new RegExp(`lost communication with a remote daemon[^]*on node 10\\.77\\.0\\.${node + 1}`))
      expect(code).toBeGreaterThan(0)
      expect(seconds).toBeLessThan(15)
    }
  })
})
