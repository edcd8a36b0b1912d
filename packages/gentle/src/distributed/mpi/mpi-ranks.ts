/** Ranks that Open MPI joins. */
import { DistributedError } from '../../core/errors.ts'
import { pathOfPackage } from '../../data/node.ts'
import { addTo, exchangePlan, stretchesOf } from '../exchange.ts'
import type { Addends, JoinedRanks } from '../ranks.ts'
import { additionsOf } from '../tree.ts'
import { endLauncherAfter } from './end-launcher.ts'
import { checkSize, type Launch } from './launcher.ts'
import { type Answer, mpiMain, type Request, type Settings } from './thread.ts'

const settings = {
  libraries: ['libmpi.so.40', 'libmpi.40.dylib'],
  beat: 500,
  patience: 7000,
}

/** So long mpirun has to end where a machine is gone. */
const launcherSeconds = 3

/** MPI counts by 32 bits, and what calls it does not look. */
const mostNumbers = 2 ** 31 - 1

type Worker = import('node:worker_threads').Worker

/** @throws DistributedError where koffi or Open MPI is not installed, or does not see all processes. */
export async function joinByMpi(launch: Launch): Promise<JoinedRanks> {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const koffi = pathOfPackage('koffi')
  if (koffi === undefined)
    throw new DistributedError(
      `distributed: ${launch.by} started ${launch.size} processes, but the package koffi, by which Open MPI is called, is not installed; run npm install koffi`,
    )
  const source = `const { parentPort, workerData } = require('node:worker_threads');
const system = { writeSync: require('node:fs').writeSync, hostname: require('node:os').hostname, endLauncherAfter: ${endLauncherAfter} };
(${mpiMain})(parentPort, require(workerData.koffi), system, ${addTo}, workerData.settings)`
  const worker = new Worker(source, {
    eval: true,
    execArgv: [],
    workerData: {
      koffi,
      settings: { ...settings, launcher: launch.by === 'mpirun' ? launcherSeconds : 0 } satisfies Settings,
    },
  })
  const ranks = new MpiRanks(worker)
  const { rank, size } = await ranks.joined(launch)
  try {
    checkSize(launch, size)
  } catch (error) {
    await ranks.close()
    throw error
  }
  ranks.rank = rank
  ranks.size = size
  return ranks
}

class MpiRanks implements JoinedRanks {
  rank = 0
  size = 1
  readonly seconds = { waiting: 0, moving: 0, hidden: 0 }
  readonly #worker: Worker
  /** What waits for an answer: they come in the order of the requests. */
  readonly #asked: ((answer: Answer | Error) => void)[] = []
  #ended: Error | undefined
  /** When the rank was done with what it computed of its step, by the clock that threads share; infinite until then. */
  #computed = Number.POSITIVE_INFINITY

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (answer: Answer) => this.#asked.shift()?.(answer))
    worker.on('error', (error) => this.#end(error as Error))
    worker.on('exit', () => this.#end(new Error('the thread that speaks MPI has ended')))
  }

  async joined({ by, size }: Launch): Promise<{ readonly rank: number; readonly size: number }> {
    const answer = await this.#answer(undefined)
    if (answer.kind === 'joined') return answer
    const why = answer.kind === 'failed' ? answer.message : ''
    throw new DistributedError(
      `distributed: ${by} started ${size} processes, but Open MPI's library ${settings.libraries[0]} was not found; install it (Debian: apt-get install openmpi-bin; on a cluster: module load openmpi): ${why}`,
    )
  }

  async sum({ leaves, own, into, inAnyOrder, after }: Addends, message?: Uint8Array): Promise<readonly Uint8Array[]> {
    const plan = exchangePlan(leaves, this.size)
    const subtrees = plan.counts.reduce((sum, count) => sum + count, 0)
    const bounds = stretchesOf(into.length, this.size)
    if (Math.max(into.length, subtrees * (bounds[1] - bounds[0])) > mostNumbers)
      throw new DistributedError(
        `distributed: ${into.length} numbers of ${subtrees} sums are more than MPI counts; use more ranks or a smaller network`,
      )
    // Within a rank any order will do then, too.
    const fast = inAnyOrder ? additionsOf(own.map((_, first) => ({ first, width: 1 }))) : undefined
    this.#computed = message === undefined ? Number.POSITIVE_INFINITY : performance.timeOrigin + performance.now()
    const { waiting, moved, messages } = await this.#ask({ kind: 'sum', message, own, into, plan, bounds, fast, after })
    const [begun, ended] = moved
    this.seconds.waiting += waiting / 1000
    this.seconds.moving += (ended - begun) / 1000
    this.seconds.hidden += Math.max(0, Math.min(ended, this.#computed) - begun) / 1000
    return messages
  }

  async gather(message: Uint8Array): Promise<readonly Uint8Array[]> {
    return (await this.#ask({ kind: 'gather', message })).messages
  }

  async close(): Promise<void> {
    await this.#answer({ kind: 'close' })
    await this.#worker.terminate()
  }

  async abort(code: number): Promise<never> {
    this.#worker.postMessage({ kind: 'abort', code } satisfies Request)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    return process.exit(code)
  }

  async #ask(request: Request): Promise<Answer & { readonly kind: 'done' }> {
    const answer = await this.#answer(request)
    if (answer.kind !== 'done') throw new DistributedError(`distributed: ${(answer as { message: string }).message}`)
    return answer
  }

  async #answer(request: Request | undefined): Promise<Answer> {
    this.#worker.ref()
    try {
      const answer = await new Promise<Answer | Error>((resolve) => {
        if (this.#ended !== undefined) return resolve(this.#ended)
        this.#asked.push(resolve)
        if (request !== undefined) this.#worker.postMessage(request)
      })
      if (answer instanceof Error) throw new DistributedError(`distributed: ${answer.message}`, { cause: answer })
      return answer
    } finally {
      if (this.#asked.length === 0) this.#worker.unref()
    }
  }

  #end(reason: Error): void {
    this.#ended ??= reason
    for (const settle of this.#asked.splice(0)) settle(this.#ended)
  }
}
