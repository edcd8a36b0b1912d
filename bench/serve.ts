import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Contender, makeSteps, type Steps } from './contender-steps.ts'
import type { Ready, Round, Settings } from './protocol.ts'

/** A contender whose steps are made elsewhere, such as in a page. */
export interface RemoteContender extends Ready {
  round(milliseconds: number): Promise<Steps>
}

const vectors = process.argv.find((option) => option.startsWith('--vectors='))

/** Whether this contender was started with `--vectors=256`, for an engine that joins vectors, or with `--vectors=128`; undefined where it decides itself. */
export const wideVectors = vectors === undefined ? undefined : vectors === '--vectors=256'

/** Whether this contender was started with `--bits=8`, to compute a network in 8 bits. */
export const eightBits = process.argv.includes('--bits=8')

/** The contender's half of the protocol, for those written in TypeScript. */
export async function serve(
  prepare: (settings: Settings) => Contender | RemoteContender | Promise<Contender | RemoteContender>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string' },
      batch: { type: 'string' },
      network: { type: 'string', default: '' },
      size: { type: 'string' },
    },
    strict: false, // a contender may have options of its own
  })
  const contender = await prepare({
    threads: Number(values.threads),
    batch: Number(values.batch),
    network: String(values.network),
    ...(values.size === undefined ? {} : { size: Number(values.size) }),
  })
  console.log(JSON.stringify({ ready: contender }))
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds = Number(line.split(' ')[1])
    const steps = 'round' in contender ? contender.round(milliseconds) : makeSteps(contender, milliseconds)
    const round: Round = { ...(await steps), peakBytes: process.resourceUsage().maxRSS * 1024 }
    console.log(JSON.stringify(round))
  }
  process.exit()
}
