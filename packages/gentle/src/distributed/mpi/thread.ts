/**
 * The thread that speaks MPI. No call of it blocks: requests are begun, and looked after until they are done, so that a rank that is waited for in vain is noticed, and the main
 * thread computes, reads and hears signals meanwhile.
 */
import type { ExchangePlan } from '../exchange.ts'
import type { Computation } from '../ranks.ts'

/** The part of koffi that is used. */
interface Koffi {
  load(path: string): {
    func(signature: string): (...values: unknown[]) => number
    symbol(name: string, type: string): unknown
  }
}

/** What the thread begins with. */
export interface Settings {
  /** Names under which systems have Open MPI's library. */
  readonly libraries: readonly string[]
  /** How often ranks tell that they are there, and after how long they are taken for gone, in milliseconds. */
  readonly beat: number
  readonly patience: number
  /** How many seconds `mpirun` has to end where a machine is gone; 0 where another launcher started the ranks. */
  readonly launcher: number
}

export type Request =
  | {
      readonly kind: 'sum'
      readonly message: Uint8Array | undefined
      readonly own: readonly Float32Array[]
      readonly into: Float32Array
      readonly plan: ExchangePlan
      /** Additions between the rank's own vectors, where MPI adds those of the ranks. */
      readonly fast: ExchangePlan['additions'] | undefined
      /** Where each rank's stretch begins. */
      readonly bounds: readonly number[]
      readonly after: Computation | undefined
    }
  | { readonly kind: 'gather'; readonly message: Uint8Array }
  | { readonly kind: 'close' }
  | { readonly kind: 'abort'; readonly code: number }

export type Answer =
  | { readonly kind: 'joined'; readonly rank: number; readonly size: number }
  | {
      readonly kind: 'done'
      readonly messages: readonly Uint8Array[]
      /** Milliseconds until all had come. */
      readonly waiting: number
      /** When numbers were moved and added, by the clock that threads share. */
      readonly moved: readonly [begun: number, ended: number]
    }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly missing: boolean; readonly message: string }

interface Port {
  on(event: 'message', listener: (request: Request) => void): void
  postMessage(answer: Answer): void
}

/** The thread's program. It is handed over as text, so that no bundler has to find a file: it must not use anything from outside. */
export function mpiMain(
  port: Port,
  koffi: Koffi,
  system: {
    readonly writeSync: (file: number, text: string) => void
    readonly hostname: () => string
    /** Sees to the end of a launcher that does not end; false where there is none on this machine. */
    readonly endLauncherAfter: (seconds: number) => boolean
  },
  addTo: (to: Float32Array, added: Float32Array) => void,
  { libraries, beat, patience, launcher }: Settings,
): void {
  const load = () => {
    let why: unknown
    for (const name of libraries)
      try {
        return koffi.load(name)
      } catch (error) {
        why ??= error
      }
    throw why
  }
  let library: ReturnType<Koffi['load']>
  try {
    library = load()
  } catch (error) {
    port.postMessage({ kind: 'failed', missing: true, message: (error as Error).message.split('\n')[0] })
    return
  }
  const errorText = library.func('int MPI_Error_string(int, void*, void*)')
  /** A function of MPI that throws what goes wrong. */
  const mpi = (name: string, parameters: string) => {
    const call = library.func(`int ${name}(${parameters})`)
    return (...values: unknown[]): void => {
      const code = call(...values)
      if (code === 0) return
      const [text, length] = [new Uint8Array(256), new Int32Array(1)]
      errorText(code, text, length)
      throw new Error(`${name}: ${new TextDecoder().decode(text.subarray(0, length[0]))}`)
    }
  }
  const init = mpi('MPI_Init_thread', 'void*, void*, int, void*')
  const finalize = mpi('MPI_Finalize', '')
  const abort = mpi('MPI_Abort', 'void*, int')
  const test = mpi('MPI_Test', 'void*, void*, void*')
  const iallgather = mpi('MPI_Iallgather', 'void*, int, void*, void*, int, void*, void*, void*')
  const iallgatherv = mpi('MPI_Iallgatherv', 'void*, int, void*, void*, void*, void*, void*, void*, void*')
  const ialltoallv = mpi('MPI_Ialltoallv', 'void*, void*, void*, void*, void*, void*, void*, void*, void*, void*')
  const iallreduce = mpi('MPI_Iallreduce', 'void*, void*, int, void*, void*, void*, void*')
  const isend = mpi('MPI_Isend', 'void*, int, void*, int, int, void*, void*')
  const iprobe = mpi('MPI_Iprobe', 'int, int, void*, void*, void*')
  const receive = mpi('MPI_Recv', 'void*, int, void*, int, int, void*, void*')
  const handle = (name: string): unknown => library.symbol(name, 'char')
  const world = handle('ompi_mpi_comm_world')
  const [bytes, floats] = ['ompi_mpi_byte', 'ompi_mpi_float'].map(handle)
  const inPlace = 1n
  const funneled = 1

  const numberOf = (name: string): number => {
    const value = new Int32Array(1)
    mpi(name, 'void*, void*')(world, value)
    return value[0]
  }
  const another = (): bigint => {
    const made = new BigUint64Array(1)
    mpi('MPI_Comm_dup', 'void*, void*')(world, made)
    mpi('MPI_Comm_set_errhandler', 'void*, void*')(made[0], handle('ompi_mpi_errors_return'))
    return made[0]
  }

  init(null, null, funneled, new Int32Array(1))
  const [rank, size] = [numberOf('MPI_Comm_rank'), numberOf('MPI_Comm_size')]
  const [exchange, signs] = [another(), another()]

  // Signs of life: all ranks send some to the first, and it to all.
  const sign = new Uint8Array(1)
  const peers = rank === 0 ? Array.from({ length: size - 1 }, (_, i) => i + 1) : [0]
  const sending = peers.map(() => new BigUint64Array(1))
  const isSending = peers.map(() => false)
  const heard = new Map(peers.map((peer) => [peer, performance.now()]))
  /** Where each rank is, for messages. */
  let places: readonly string[] = []
  let lastBeat = performance.now()
  const flag = new Int32Array(1)

  const giveUp = (lost: number, why: string): void => {
    const where = places[lost] === undefined ? '' : ` (${places[lost]})`
    // What was stopped on this machine mpirun kills by itself.
    const isFar = launcher > 0 && places[lost]?.endsWith(` on ${system.hostname()}`) !== true
    const endsIt = isFar && system.endLauncherAfter(launcher)
    const too = endsIt ? ', mpirun too if it waits for that machine' : ''
    const advice =
      isFar && !endsIt
        ? '; if mpirun waits for that machine, kill it; it notices by itself with --mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 1 --mca oob_tcp_keepalive_probes 3'
        : ''
    const text = `gentle: rank ${lost}${where} ${why}: it was stopped, or its machine or the network to it is gone; all ranks end${too}, and the last checkpoint stays${advice}\n`
    system.writeSync(2, text)
    abort(world, 1)
  }

  /** Tells a rank that this one is there, and hears whether that one is. */
  const exchangeSigns = (i: number, now: number): void => {
    const peer = peers[i]
    if (isSending[i]) test(sending[i], flag, null)
    if (!isSending[i] || flag[0] !== 0) {
      isend(sign, 1, bytes, peer, 0, signs, sending[i])
      isSending[i] = true
    }
    for (;;) {
      iprobe(peer, 0, signs, flag, null)
      if (flag[0] === 0) return
      receive(new Uint8Array(1), 1, bytes, peer, 0, signs, null)
      heard.set(peer, now)
    }
  }

  const lookAround = (): void => {
    const now = performance.now()
    if (now - lastBeat < beat) return
    // After a time in which this process itself was stopped, what the others sent has still to be read.
    if (now - lastBeat > 4 * beat) for (const peer of peers) heard.set(peer, now)
    lastBeat = now
    for (const [i, peer] of peers.entries())
      try {
        exchangeSigns(i, now)
      } catch (error) {
        giveUp(peer, `cannot be reached (${(error as Error).message})`)
      }
    for (const [peer, time] of heard) {
      // Where the first is gone all others notice; the second is to tell it.
      const limit = patience + 300 * Math.max(0, rank - 1)
      if (now - time > limit) giveUp(peer, `has not answered for ${((now - time) / 1000).toFixed(0)} seconds`)
    }
  }

  const asleep = new Int32Array(new SharedArrayBuffer(4))
  const request = new BigUint64Array(1)
  /** What a request reads and writes, which nothing else may hold until it is done. */
  const held: unknown[] = []
  /** So long it looks without a sleep, in milliseconds: the shortest sleep of Linux takes 0.07, as long as a sum of LeNet-5's gradients. */
  const attentive = 0.2
  /** While the rank computes, every look takes its core away: so long it sleeps between two, in milliseconds. */
  const rest = 0.5
  /** What the rank still computes beside the present sum. */
  let computation: Computation | undefined
  const isComputing = (): boolean => computation !== undefined && Atomics.load(computation.done, 0) === 0
  /** @param longest sleep between two looks at whether it is done, in milliseconds */
  const finish = (longest: number): void => {
    const begun = performance.now()
    for (;;) {
      test(request, flag, null)
      if (flag[0] !== 0) {
        held.length = 0
        return
      }
      lookAround()
      const passed = performance.now() - begun
      if (isComputing()) Atomics.wait(asleep, 0, 0, rest)
      else if (passed >= attentive) Atomics.wait(asleep, 0, 0, Math.min(longest, passed / 10))
    }
  }

  /** Of each rank's message, its length and the first bytes: most are not longer. */
  const packetBytes = 1024
  const lengthBytes = 4
  const gather = (message: Uint8Array): { messages: Uint8Array[]; came: number } => {
    const own = new Uint8Array(packetBytes)
    new Int32Array(own.buffer, 0, 1)[0] = message.length
    own.set(message.subarray(0, packetBytes - lengthBytes), lengthBytes)
    const packets = new Uint8Array(size * packetBytes)
    held.push(own, packets)
    iallgather(own, packetBytes, bytes, packets, packetBytes, bytes, exchange, request)
    // All are waited for here, so that what follows takes as long as the network needs.
    finish(1)
    const came = performance.now()
    const lengths = Int32Array.from({ length: size }, (_, i) => new Int32Array(packets.buffer, i * packetBytes, 1)[0])
    if (lengths.every((length) => length <= packetBytes - lengthBytes)) {
      const begins = Array.from(lengths, (_, i) => i * packetBytes + lengthBytes)
      return { messages: begins.map((begin, i) => packets.slice(begin, begin + lengths[i])), came }
    }
    const offsets = new Int32Array(size)
    if (lengths.reduce((sum, length) => sum + length / 2 ** 31, 0) >= 1)
      throw new Error('messages of all ranks together take 2 GiB or more; expected less')
    for (let i = 1; i < size; i++) offsets[i] = offsets[i - 1] + lengths[i - 1]
    const all = new Uint8Array(offsets[size - 1] + lengths[size - 1])
    const sent = message.length > 0 ? message.slice() : new Uint8Array(1)
    held.push(sent, all, lengths, offsets)
    iallgatherv(sent, message.length, bytes, all, lengths, offsets, bytes, exchange, request)
    finish(0.05)
    return { messages: Array.from(lengths, (length, i) => all.slice(offsets[i], offsets[i] + length)), came }
  }

  let received = new Float32Array(0)
  const nothing = new Float32Array(1)
  const add = ({ own, into, plan: { counts, additions }, fast, bounds }: Request & { kind: 'sum' }): void => {
    if (fast !== undefined) {
      for (const [to, added] of fast) addTo(own[to], own[added])
      if (own.length > 0) into.set(own[0])
      else into.fill(0)
      iallreduce(inPlace, into, into.length, floats, handle('ompi_mpi_op_sum'), exchange, request)
      finish(0.05)
      return
    }
    const length = bounds[rank + 1] - bounds[rank]
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (received.length < length * total) received = new Float32Array(length * total)
    const stretches = Array.from({ length: total }, (_, i) => received.subarray(i * length, (i + 1) * length))
    const displacements = Int32Array.from(bounds.slice(0, -1))
    const lengths = displacements.map((begin, i) => bounds[i + 1] - begin)
    // The first vector of each rank, then the second of those that have one, and so on.
    for (let round = 0; round < Math.max(...counts); round++) {
      const sends = round < counts[rank]
      const sendCounts = lengths.map((each) => (sends ? each : 0))
      const counted = Int32Array.from(counts, (count) => (round < count ? length : 0))
      const places = new Int32Array(size)
      for (let i = 0, before = 0; i < size; before += counts[i++]) places[i] = Math.min(before + round, total) * length
      const from = sends ? own[round] : nothing
      held.push(from, sendCounts, displacements, counted, places)
      ialltoallv(from, sendCounts, displacements, floats, received, counted, places, floats, exchange, request)
      finish(0.05)
    }
    for (const [to, added] of additions) addTo(stretches[to], stretches[added])
    held.push(stretches, into, lengths, displacements)
    iallgatherv(stretches[0], length, floats, into, lengths, displacements, floats, exchange, request)
    finish(0.05)
  }

  /** Waits until the rank has computed what is to be added. */
  const follow = (after: Computation): void => {
    const { progress, until, additions } = after
    computation = after
    while (isComputing() && Atomics.load(progress, 0) < until) {
      lookAround()
      Atomics.wait(asleep, 0, 0, rest)
    }
    for (const [to, added] of additions) addTo(to, added)
  }

  const run = (asked: Request): Answer | undefined => {
    if (asked.kind === 'abort') {
      abort(world, asked.code)
      return undefined
    }
    if (asked.kind === 'close') {
      // Ranks that end before others, as where the first tests alone, go on telling that they are there.
      gather(new Uint8Array(0))
      clearInterval(idle)
      finalize()
      return { kind: 'closed' }
    }
    const asking = performance.now()
    const { messages, came } = asked.message === undefined ? { messages: [], came: asking } : gather(asked.message)
    if (asked.kind === 'gather') return { kind: 'done', messages, waiting: came - asking, moved: [0, 0] }
    let begun = came
    if (asked.after !== undefined) {
      follow(asked.after)
      begun = performance.now()
    }
    add(asked)
    computation = undefined
    const moved = [begun, performance.now()].map((time) => performance.timeOrigin + time) as [number, number]
    return { kind: 'done', messages, waiting: came - asking, moved }
  }

  const reply = (asked: Request): void => {
    try {
      const answer = run(asked)
      if (answer !== undefined) port.postMessage(answer)
    } catch (error) {
      port.postMessage({ kind: 'failed', missing: false, message: (error as Error).message })
    }
  }

  const here = new TextEncoder().encode(`process ${process.pid} on ${system.hostname()}`)
  places = gather(here).messages.map((place) => new TextDecoder().decode(place))
  const idle = setInterval(lookAround, beat)
  port.on('message', reply)
  port.postMessage({ kind: 'joined', rank, size })
}
