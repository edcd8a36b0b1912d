/**
 * The control words that all threads share, and the barrier between phases. Waiting threads spin first, since phases are short, and
 * sleep after that, since there may be fewer cores than threads.
 */
import {
  block,
  branch,
  branchIf,
  call,
  drop,
  i32,
  i64,
  ifThen,
  loop,
  type Module,
  type Statement,
  select,
} from './assembler/index.ts'

/** Byte addresses, each on a cache line of its own. Address 0 stays unused. */
export const controlWords = {
  /** Threads that have reached the barrier. */
  arrived: 64,
  /** Grows when all have: what waiting threads watch. */
  generation: 128,
  /** Grows by 2 with each job, odd while that is being written: what idle workers watch. */
  job: 192,
  /** The program of the job; -1 asks workers to return to their event loop. */
  program: 256,
  /** One word a worker: 1 while it watches `job`, 0 while it sleeps in its event loop. */
  awake: 320,
  /** 1 once a thread has failed, and for good. Whoever waits looks here, for that thread will never arrive. */
  failed: 576,
  /** Which thread failed, and why: a thread's number, a number of characters, and a byte for each of them. */
  failure: 580,
  /** How often in a row a thread slept at the barrier after it had spun. */
  vainWaits: 896,
} as const

/** Address of a word more: phases that the present run has gone through, where other threads see the memory. */
export const progressWord = 960

/** Bytes at the start of memory that hold the control words. */
export const controlBytes = 1024

/** At most this many threads: as many as have a word of their own. */
export const maxThreads = 64

/** A thread that sleeps looks so often whether all others live, in nanoseconds. */
const lookAfter = 200_000_000n

/** What `atomicWait` gives when nobody woke it. */
const timedOut = 2

/** Some 100 µs, twice what it takes to fall asleep and be woken: threads that are as fast as each other seldom wait longer. */
const spins = 50_000

/**
 * Where something else computes on a core, the system may give two threads the other one between them. Then who is waited for cannot come while
 * its core is spun away: each barrier would take 100 µs. So where spinning helped no thread so many times in a row, threads spin for 1.6 µs only,
 * until that helps one; and now and then for as long as at first, for those who are both just being woken would never meet.
 */
const mostVainWaits = 8
const fewSpins = 800
const longSpinsEvery = 32

/**
 * Defines the function that returns when all threads have called it. Its parameter says whether the thread may sleep: the main thread
 * of a page may not. It imports `env.stalled`, which it calls when a thread has failed, and now and then while it sleeps: that throws if not all live.
 */
export function defineBarrier(module: Module, threads: number) {
  const stalled = threads > 1 ? module.importFunction('stalled', {}, undefined) : undefined
  return module.function('barrier', { maySleep: 'i32' } as const, undefined, ({ maySleep }, builder): Statement[] => {
    if (stalled === undefined) return []
    const generation = builder.local('i32')
    const spinsLeft = builder.local('i32')
    const vainWaits = i32.atomicLoad(controlWords.vainWaits)
    const open = i32.ne(i32.atomicLoad(controlWords.generation), generation)
    const lastOne = [
      i32.atomicStore(controlWords.arrived, 0),
      i32.atomicStore(controlWords.generation, i32.add(generation, 1)),
      drop(i32.atomicNotify(controlWords.generation, -1)),
    ]
    const sleep = [
      drop(i32.atomicAdd(controlWords.vainWaits, 1)),
      ifThen(i32.eq(i32.atomicWait(controlWords.generation, generation, i64.const(lookAfter)), timedOut), [
        call(stalled),
      ]),
    ]
    const helpsLittle = i32.and(i32.geU(vainWaits, mostVainWaits), i32.ne(i32.and(vainWaits, longSpinsEvery - 1), 0))
    const wait = [
      spinsLeft.set(select(fewSpins, spins, helpsLittle)),
      block((done) => [
        loop((again) => [
          branchIf(done, open),
          ifThen(spinsLeft, [spinsLeft.set(i32.sub(spinsLeft, 1))], [ifThen(maySleep, sleep)]),
          branch(again),
        ]),
      ]),
      ifThen(i32.and(i32.ne(spinsLeft, 0), i32.ne(vainWaits, 0)), [i32.atomicStore(controlWords.vainWaits, 0)]),
    ]
    // Who fails sets the word and then wakes the others: seen either before they wait, or behind.
    const stopIfFailed = ifThen(i32.atomicLoad(controlWords.failed), [call(stalled)])
    return [
      generation.set(i32.atomicLoad(controlWords.generation)),
      stopIfFailed,
      ifThen(i32.eq(i32.atomicAdd(controlWords.arrived, 1), threads - 1), lastOne, [...wait, stopIfFailed]),
    ]
  })
}
