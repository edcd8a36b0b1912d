/** This machine's rate, and how long steps of training take, point after point along a setting. */

import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { useEffect, useRef } from 'preact/hooks'
import { messageOf } from '../../engine/message-of.ts'
import type { Rate } from './measure.ts'
import type { Costs, PointOf } from './session.ts'
import type { CostWorker } from './worker.ts'

export interface Measuring {
  readonly rate: ReadonlySignal<Rate | undefined>
  /** Steps of the shown curve. */
  readonly times: ReadonlySignal<readonly PointOf<number>[]>
  /** The costs whose curve was measured. */
  readonly of: ReadonlySignal<Costs | undefined>
  /** Points that were left out, because a step takes too long or too much memory here. */
  readonly left: ReadonlySignal<readonly number[]>
  /** What is going on, in a few words; '' where nothing is. */
  readonly doing: ReadonlySignal<string>
  readonly problem: ReadonlySignal<string>
  measure(costs: Costs): Promise<void>
  stop(): void
}

/** Seconds and bytes of a step that are too many to measure it in a page. */
export const [longest, largest] = [2, 2 ** 29]

export function useMeasuring(worker: Remote<CostWorker>): Measuring {
  const rate = useSignal<Rate | undefined>(undefined)
  const times = useSignal<readonly PointOf<number>[]>([])
  const of = useSignal<Costs | undefined>(undefined)
  const left = useSignal<readonly number[]>([])
  const doing = useSignal('')
  const problem = useSignal('')
  /** Grows with each measurement, so that one which was stopped knows it. */
  const turn = useRef(0)
  const stop = (): void => {
    turn.current++
    doing.value = ''
  }
  const measure = async (costs: Costs): Promise<void> => {
    const { settings, axis, curve } = costs
    stop()
    of.value = costs
    const own = turn.current
    times.value = []
    left.value = []
    problem.value = ''
    try {
      doing.value = 'matrix products'
      const measured = await worker.measureRate()
      if (own !== turn.current) return
      rate.value = measured
      for (const [i, { at, value }] of curve.entries()) {
        if (value.stepFlops / measured.flopsPerSecond > longest || value.bytes > largest) {
          left.value = [...left.value, at]
          continue
        }
        doing.value = `steps of training, ${i + 1} of ${curve.length}`
        const seconds = await worker.measureStep({ ...settings, [axis]: at })
        if (own !== turn.current) return
        times.value = [...times.value, { at, value: seconds }]
      }
    } catch (error) {
      if (own === turn.current) problem.value = messageOf(error)
    }
    if (own === turn.current) doing.value = ''
  }
  useEffect(() => stop, [])
  return { rate, times, of, left, doing, problem, measure, stop }
}
