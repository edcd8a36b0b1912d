/** The wasm backend: compiles a graph to WebAssembly for its exact shapes and runs it on all cores. */

import type { TypedArray } from '../../core/dtype.ts'
import { ArgumentError, GentleError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import { checkGraph, type Graph } from '../../graph/graph.ts'
import type { Constant, Variable } from '../../graph/tensor.ts'
import type { Backend, Feed, Program } from '../backend.ts'
import { checkFeed, checkInto } from '../feed.ts'
import type { ProfileOptions } from '../profile.ts'
import { wasmFeatures } from './assembler/index.ts'
import { type Buffer, bytesOf } from './buffer.ts'
import { controlBytes, maxThreads } from './control.ts'
import { type EmitOptions, emitProgram } from './emit.ts'
import { Heap } from './heap.ts'
import type { KeptProgram } from './kept-programs.ts'
import type { Log } from './log.ts'
import { type LoweredProgram, lowerGraph } from './lowering/lower-graph.ts'
import type { Needs, Port, ProgramImage } from './program-image.ts'
import { ProgramMemories, type ProgramMemory } from './program-memory.ts'
import type { Recorder } from './recorder.ts'
import { type Schedule, schedule } from './schedule.ts'
import type { Sight } from './sight.ts'
import { Threads } from './threads.ts'
import { mayJoinVectors } from './wide-vectors/may-join.ts'

export interface WasmOptions {
  /** Threads that compute, 1 to 64; as many as the machine has cores unless given. */
  readonly threads?: number
  /**
   * Whether results are the same to the bit on every machine, with or without a fused multiply-add, x86 or ARM, in Node or a browser: products are rounded before
   * they are added. It is slower, and each result a little less exact; false unless given. What the engine computes is meant: pictures and sounds
   * in compressed files are decoded by packages of others.
   */
  readonly strictNumerics?: boolean
  /**
   * Whether to compute on vectors of 256 bits instead of 128, up to 1.9 times as fast where the processor has AVX2; results differ in the last
   * bits. WebAssembly has no such vectors, but V8 can join neighbouring ones by a pass that it calls experimental, in Node from 24 on and not in
   * browsers. It is switched on for all WebAssembly that the process compiles from then on.
   *
   * Unless given, they are used where a check finds that they compute what vectors of 128 bits compute, and faster. It takes some 0.3 s, once per
   * machine and version, and is kept in the cache folder (`cacheFolder`). The environment's `GENTLE_WIDE=0` turns them off. `true` asks for them without
   * a check: on a processor without AVX2 they give the same bits, slower.
   */
  readonly wideVectors?: boolean
  /** Whether to overwrite memory that holds no needed values, so that a mistake of the memory plan shows as NaN; for tests. */
  readonly poison?: boolean
}

/** Memory of 4 GiB is the most that 32-bit addresses reach. */
const maximumPages = 65536

/** Buffers may be read a vector past their end. */
const slack = 64

/** Memory of one control word of a program, aligned. */
const wordBytes = 64

/** From so much memory of a program on, what its compilation leaves over is collected at once. */
const largeBytes = 2 ** 28

/** Memory of a variable or constant. */
const storedBytes = ({ shape }: Variable | Constant): number => sizeOf(shape) * 4 + slack

/** Cores of this machine, as far as it says. */
export const availableThreads = (): number => Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, maxThreads)

/**
 * Opens a wasm backend. Where the page is not cross-origin isolated there is no shared memory, and it computes on one thread.
 * @throws ArgumentError for a number of threads outside 1 to 64, wide vectors elsewhere than in Node from 24 on, and for both wide vectors and strict numerics; GentleError where the engine has no WebAssembly SIMD; BackendError where a thread does not start.
 */
export async function wasm(options: WasmOptions = {}): Promise<Backend> {
  // A page keeps no programs.
  const build = globalThis.process?.versions?.node && (await import('./build-of.ts')).buildOf(import.meta.url)
  return openWasm(options, build)
}

/**
 * @param build what is told apart from it finds no programs that it has kept; undefined to keep none
 * @param sight for threads that do not compute but see its memory, where there are such
 */
export async function openWasm(options: WasmOptions, build: string | undefined, sight?: Sight): Promise<Backend> {
  const features = wasmFeatures()
  if (!features.simd)
    throw new GentleError('wasm: this engine has no WebAssembly SIMD; use a current browser or Node 22.18 and later')
  const wanted = options.threads ?? availableThreads()
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > maxThreads)
    throw new ArgumentError(`wasm: threads is ${wanted}; expected a whole number from 1 to ${maxThreads}`)
  const threads = features.threads ? wanted : 1
  const strictNumerics = options.strictNumerics === true
  if (options.wideVectors === true && strictNumerics)
    throw new ArgumentError(
      'wasm: strictNumerics and wideVectors do not go together: vectors of 256 bits add in another order, and few machines have them; leave one of the two out',
    )
  const wideVectors = options.wideVectors ?? (!strictNumerics && (await areWideVectorsBetter()))
  if (wideVectors) (await import('./wide-vectors/engine.ts')).joinVectors()
  const shared = threads > 1 || !!sight
  const memory = new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared })
  const workers = await Threads.start(threads, memory)
  return new WasmBackend(memory, workers, threads, {
    fusedMultiplyAdd: features.fusesMultiplyAdd && !strictNumerics,
    wideVectors,
    poison: options.poison ? (await import('./poison.ts')).poisonArena : undefined,
    shared,
    sight,
    build,
  })
}

let better: Promise<boolean> | undefined

/** Whether vectors of 256 bits are used where nobody says so, asked once. */
function areWideVectorsBetter(): Promise<boolean> {
  better ??= mayJoinVectors()
    ? import('./wide-vectors/verdict.ts').then((verdict) =>
        verdict.areWideVectorsBetter((wideVectors) => openWasm({ threads: 1, wideVectors }, undefined)),
      )
    : Promise.resolve(false)
  return better
}

/** What `slice` does, without clearing the new memory first, as V8 does there: for results of megabytes that takes as long as the copy. */
const copyOf = (values: Float32Array | Int32Array): Float32Array | Int32Array =>
  values instanceof Float32Array ? new Float32Array(values) : new Int32Array(values)

/** Where values are. */
type Stretch = Pick<Port, 'dtype' | 'elements' | 'address'>

interface CodeOptions extends Pick<EmitOptions, 'fusedMultiplyAdd' | 'wideVectors' | 'poison' | 'shared' | 'sight'> {
  /** Where programs are kept for other processes, what tells this build of the library from others. */
  readonly build: string | undefined
}

/** A program that all threads have. */
interface LoadedCode {
  readonly id: number
  readonly entry: (thread: number, maySleep: number) => void
}

/** A program's kernels and their order, before there is memory for it. */
interface Planned {
  readonly lowered: LoweredProgram
  readonly plan: Schedule
}

/** Memory that was made for a program. */
interface Room {
  readonly memory: ProgramMemory
  readonly addressOf: ReadonlyMap<Variable | Constant, number>
  /** Of the program, its variables and its constants. */
  readonly addresses: readonly number[]
  /** Address of the word that says whether the program has to prepare before it runs. */
  readonly stale: number
  /** Bytes that are the program's own. */
  readonly bytes: number
  giveBack(): void
}

const needsOf = ({ lowered, plan }: Planned): Needs => ({
  variables: [...lowered.variables.keys()],
  constants: [...lowered.constants.keys()],
  arenaBytes: plan.arenaBytes,
  scratchBytes: plan.scratchBytes,
})

/** What stands in the buffers of a program that are kept from run to run. */
const storedIn = ({ variables, constants }: LoweredProgram): Map<Buffer, Variable | Constant> =>
  new Map([...variables, ...constants].map(([stored, buffer]) => [buffer, stored]))

class WasmBackend implements Backend {
  readonly name: string
  readonly arithmetic: string
  readonly threads: number
  readonly expose: Backend['expose']
  readonly #workers: Threads
  readonly #code: CodeOptions
  readonly #heap: Heap
  readonly #programMemories: ProgramMemories
  readonly #variables = new Map<Variable, number>()
  /** Counts the changes of variables, and has the last one of each, by which programs see that what they prepared is out of date. */
  #changes = 0
  readonly #changed = new Map<Variable, number>()
  #nextProgram = 1

  constructor(memory: WebAssembly.Memory, workers: Threads, threads: number, code: CodeOptions) {
    this.name = `wasm, ${threads} ${threads === 1 ? 'thread' : 'threads'}${code.wideVectors ? ', vectors of 256 bits' : ''}${code.fusedMultiplyAdd ? '' : ', no fused multiply-add'}`
    this.arithmetic = `vectors of ${code.wideVectors ? 256 : 128} bits, ${code.fusedMultiplyAdd ? '' : 'no '}fused multiply-add`
    this.threads = threads
    this.#workers = workers
    this.#code = code
    this.#heap = new Heap(memory, controlBytes, maximumPages)
    this.#programMemories = new ProgramMemories(this.#heap)
    this.expose = code.sight?.open(this.#heap, this.#variables, (variable) => this.#markChanged(variable))
  }

  async compile(graph: Graph): Promise<Program> {
    checkGraph(graph)
    const kept = await this.#keptProgram(graph)
    let planned: Planned | undefined
    let room = kept?.image && this.#roomOf(kept.image)
    let image = room && kept?.image
    if (room === undefined || image === undefined) {
      const start = performance.now()
      planned = await this.#plan(graph)
      room = this.#makeRoom(needsOf(planned))
      image = this.#imageOf(graph, planned, room)
      kept?.keep(image, performance.now() - start)
    }
    const { memory, stale, bytes, giveBack } = room
    const { inputs, outputs, variables } = image
    const code = await this.#load(image.code)
    if (bytes > largeBytes) await (await import('./collect-garbage.ts')).collectGarbage()

    // What is prepared depends on variables that the program itself leaves as they are.
    const updated = (graph.updates ?? []).map(([variable]) => variable)
    const fixed = variables.filter((variable) => !updated.includes(variable))
    let prepared = -1
    let disposed = false
    const check = (feed: Feed): void => {
      if (disposed) throw new GentleError('run: the program was disposed of; compile its graph again')
      checkFeed(graph.inputs, feed)
    }
    const fill = (feed: Feed): void => {
      for (const port of inputs) this.#write(port, feed[port.name])
    }
    const me = {}
    const compute = ({ id, entry }: LoadedCode): void => {
      if (memory.last !== me) prepared = -1
      memory.last = me
      const isStale = prepared < 0 || fixed.some((variable) => (this.#changed.get(variable) ?? 0) > prepared)
      new Int32Array(this.#heap.memory.buffer, stale, 1)[0] = Number(isStale)
      this.#workers.run(id, entry)
      for (const variable of updated) this.#markChanged(variable)
      prepared = this.#changes
    }
    const results = (): Record<string, NDArray> =>
      Object.fromEntries(
        outputs.map((port): [string, NDArray] => [
          port.name,
          { shape: port.shape, dtype: port.dtype, data: copyOf(this.#view(port)) },
        ]),
      )

    let recorder: Promise<Recorder<LoadedCode>> | undefined
    return {
      bytes,
      progress: this.#code.sight?.progress(image),
      run: async (feed: Feed = {}) => {
        check(feed)
        fill(feed)
        compute(code)
        return results()
      },
      runInto: async (feed: Feed, into: Readonly<Record<string, TypedArray>>) => {
        check(feed)
        checkInto(graph.outputs, into)
        fill(feed)
        compute(code)
        for (const port of outputs) into[port.name].set(this.#view(port))
      },
      profile: async (feed: Feed = {}, options: ProfileOptions = {}) => {
        check(feed)
        recorder ??= Promise.all([import('./recorder.ts'), planned ?? this.#plan(graph)])
          .then(([{ openRecorder }, plan]) =>
            openRecorder({
              name: this.name,
              ...plan,
              threads: this.threads,
              heap: this.#heap,
              load: (log) => this.#load(this.#emit(plan, room, log)),
              drop: ({ id }) => void this.#workers.drop(id),
            }),
          )
          .catch((error) => {
            recorder = undefined
            throw error
          })
        const opened = await recorder
        check(feed)
        // From here on nothing waits, so that no other run comes in between.
        const changing = updated.map((variable) => this.#floats(this.#addressOf(variable), sizeOf(variable.shape)))
        const profile = opened.profile({ changing, fill: () => fill(feed), compute }, options)
        return { outputs: results(), profile }
      },
      dispose: () => {
        if (disposed) return
        disposed = true
        giveBack()
        void this.#workers.drop(code.id)
        recorder?.then(
          (made) => made.giveBack(),
          () => {},
        )
      },
    }
  }

  async read(variable: Variable, into?: Float32Array): Promise<Float32Array> {
    const values = this.#floats(this.#addressOf(variable), sizeOf(variable.shape))
    if (into === undefined) return values.slice()
    into.set(values)
    return into
  }

  async write(variable: Variable, values: ArrayLike<number>): Promise<void> {
    if (values.length !== sizeOf(variable.shape))
      throw new ArgumentError(
        `write: variable ${variable.name} of shape ${formatShape(variable.shape)} takes ${sizeOf(variable.shape)} values, not ${values.length}`,
      )
    this.#floats(this.#addressOf(variable, values), values.length).set(values)
    this.#markChanged(variable)
  }

  release(variables: Iterable<Variable>): void {
    for (const variable of variables) {
      const address = this.#variables.get(variable)
      if (address === undefined) continue
      this.#heap.free(address, storedBytes(variable))
      this.#variables.delete(variable)
      this.#changed.delete(variable)
    }
  }

  #markChanged(variable: Variable): void {
    this.#changed.set(variable, ++this.#changes)
  }

  close(): Promise<void> {
    return this.#workers.end()
  }

  /** The program that another process may have made of a graph. */
  async #keptProgram(graph: Graph): Promise<KeptProgram | undefined> {
    const { build, poison } = this.#code
    if (build === undefined || poison) return undefined
    const { keptProgram } = await import('./kept-programs.ts')
    return keptProgram(graph, JSON.stringify([build, this.name, this.#heap.layout]))
  }

  async #plan(graph: Graph): Promise<Planned> {
    const lowered = await lowerGraph(graph, {
      wideVectors: this.#code.wideVectors,
      threads: this.threads,
      alwaysShare: this.#code.poison !== undefined,
    })
    return { lowered, plan: schedule(lowered) }
  }

  /** The code of a program, for where its memory is. */
  #emit({ lowered, plan }: Planned, { memory, stale, addressOf }: Room, log?: Log): Uint8Array<ArrayBuffer> {
    const arena = memory.address
    const stored = storedIn(lowered)
    return emitProgram(plan, {
      threads: this.threads,
      ...this.#code,
      rareMath: lowered.rareMath,
      maximumPages,
      arena,
      scratch: arena + plan.arenaBytes,
      stale,
      log,
      storeAddress: (buffer) => addressOf.get(stored.get(buffer)!)!,
    })
  }

  #imageOf(graph: Graph, planned: Planned, room: Room): ProgramImage {
    const { lowered, plan } = planned
    const stored = storedIn(lowered)
    const portOf = (name: string, buffer: Buffer): Port => {
      const place = plan.places.get(buffer.of ?? buffer)!
      const address =
        'buffer' in place ? room.addressOf.get(stored.get(place.buffer)!)! : room.memory.address + place.offset
      return { name, shape: buffer.shape, dtype: buffer.dtype, elements: bytesOf(buffer) / 4, address }
    }
    return {
      ...needsOf(planned),
      code: this.#emit(planned, room),
      addresses: room.addresses,
      inputs: Object.entries(graph.inputs).flatMap(([name, node]) => {
        const buffer = lowered.inputs.get(node)
        return buffer === undefined ? [] : [portOf(name, buffer)]
      }),
      outputs: Object.entries(lowered.outputs).map(([name, buffer]) => portOf(name, buffer)),
      finalAfter: this.#code.sight?.finalAfter(lowered, plan),
    }
  }

  async #load(bytes: Uint8Array<ArrayBuffer>): Promise<LoadedCode> {
    const module = await WebAssembly.compile(bytes)
    const id = this.#nextProgram++
    const now = (): number => performance.now()
    const { exports } = await WebAssembly.instantiate(module, {
      env: { memory: this.#heap.memory, now, stalled: this.#workers.stalled },
    })
    await this.#workers.install(id, module)
    return { id, entry: exports.run as LoadedCode['entry'] }
  }

  /** Room for a program whose code is known, if it is where the code expects it. */
  #roomOf(image: ProgramImage): Room | undefined {
    const room = this.#makeRoom(image)
    if (room.addresses.join() === image.addresses.join()) return room
    room.giveBack()
    return undefined
  }

  /**
   * Memory for a program, its constants and the variables that are new here: for all of them or for none.
   * @throws MemoryError saying what they need together.
   */
  #makeRoom({ variables, constants, arenaBytes, scratchBytes }: Needs): Room {
    const made = variables.filter((variable) => !this.#variables.has(variable))
    const programBytes = arenaBytes + scratchBytes * this.threads + wordBytes
    const others = [...constants, ...made].map(storedBytes)
    const what = 'compile: the program and its variables'
    this.#programMemories.require(programBytes, others, what)
    const owned: { address: number; bytes: number }[] = []
    let memory: ProgramMemory | undefined
    const giveBack = (): void => {
      for (const { address, bytes } of owned) this.#heap.free(address, bytes)
      if (memory !== undefined) this.#programMemories.giveBack(memory)
    }
    try {
      // Variables outlive the program: below it, they leave no hole when it goes.
      const addressOf = new Map<Variable | Constant, number>()
      for (const variable of variables) addressOf.set(variable, this.#addressOf(variable))
      const { untouched } = this.#heap
      memory = this.#programMemories.take(programBytes, what)
      this.#workers.touch(Math.max(memory.address, untouched), memory.address + memory.bytes)
      for (const constant of constants) {
        const bytes = storedBytes(constant)
        const address = this.#heap.allocate(bytes, 'compile: a constant')
        owned.push({ address, bytes })
        addressOf.set(constant, address)
        this.#write({ dtype: constant.dtype, elements: constant.data.length, address }, constant.data)
      }
      return {
        memory,
        addressOf,
        addresses: [memory.address, ...addressOf.values()],
        stale: memory.address + arenaBytes + scratchBytes * this.threads,
        bytes: owned.reduce((total, { bytes }) => total + bytes, programBytes),
        giveBack,
      }
    } catch (error) {
      giveBack()
      this.release(made)
      throw error
    }
  }

  /** @param given values to begin with instead of its own, which are not made then */
  #addressOf(variable: Variable, given?: ArrayLike<number>): number {
    const known = this.#variables.get(variable)
    if (known !== undefined) return known
    const isFilled = given === undefined && variable.fill !== undefined
    const values = isFilled ? undefined : (given ?? variable.initial)
    const { untouched } = this.#heap
    const address = this.#heap.allocate(storedBytes(variable), `variable ${variable.name}`.trim())
    const stored = this.#floats(address, sizeOf(variable.shape))
    if (values !== undefined) stored.set(values)
    else if (variable.fill !== 0 || address < untouched) stored.fill(variable.fill!)
    this.#variables.set(variable, address)
    return address
  }

  #floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#heap.memory.buffer, address, length)
  }

  #view({ dtype, address, elements }: Stretch): Float32Array | Int32Array {
    return dtype === 'int32'
      ? new Int32Array(this.#heap.memory.buffer, address, elements)
      : this.#floats(address, elements)
  }

  #write(stretch: Stretch, values: Feed[string]): void {
    const view = this.#view(stretch)
    if (typeof values === 'number') view[0] = values
    else view.set(values)
  }
}
