import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Ready, Round, Settings } from './protocol.ts'

/** A contender that stands ready to compute. */
export interface Contender extends Ready {
  /** Work of one step: images, or floating-point operations. */
  readonly workPerStep: number
  /** One step; gives the loss, or another number that depends on all that was computed. */
  step(): number | Promise<number>
}

/** The contender's half of the protocol, for those written in TypeScript. */
export async function serve(prepare: (settings: Settings) => Contender | Promise<Contender>): Promise<void> {
  const { values } = parseArgs({
    options: { threads: { type: 'string' }, batch: { type: 'string' }, network: { type: 'string', default: '' } },
  })
  const { step, workPerStep, ...ready } = await prepare({
    threads: Number(values.threads),
    batch: Number(values.batch),
    network: values.network,
  })
  console.log(JSON.stringify({ ready }))
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds = Number(line.split(' ')[1])
    console.log(JSON.stringify(await compute(step, workPerStep, milliseconds)))
  }
  process.exit()
}

async function compute(step: Contender['step'], workPerStep: number, milliseconds: number): Promise<Round> {
  const begin = performance.now()
  let steps = 0
  let elapsed = 0
  do {
    const result = await step()
    if (!Number.isFinite(result)) throw new Error(`step ${steps + 1} gave ${result}, not a finite number`)
    steps++
    elapsed = performance.now() - begin
  } while (elapsed < milliseconds)
  const peakBytes = process.resourceUsage().maxRSS * 1024
  return { steps, seconds: elapsed / 1000, work: steps * workPerStep, peakBytes }
}
