/** Where the time of a step goes, as text. */
import type { KernelProfile, Profile } from 'gentle-dl/inspect'
import { bold, dim, table, thousands } from '../terminal/terminal.ts'
import { wrapped } from '../terminal/wrap.ts'

/** Kernels that have a line of their own; the rest share one. */
const heaviest = 16

const minWidth = 'kernel'.length

type Cost = Pick<KernelProfile, 'milliseconds' | 'multiplyAdds' | 'bytesRead' | 'bytesWritten'>

const sumOf = (kernels: readonly KernelProfile[], of: (kernel: KernelProfile) => number): number =>
  kernels.reduce((total, kernel) => total + of(kernel), 0)

const milliseconds = (time: number): string => time.toFixed(time < 10 ? 3 : 1)

const share = (part: number): string => `${(100 * part).toFixed(1)} %`

/** Billions of operations, or of bytes, a second. */
const rate = (count: number, time: number): string =>
  count === 0 || time === 0 ? '-' : (count / time / 1e6).toFixed(1)

const ofPeak = (multiplyAdds: number, time: number, peak: number): string =>
  multiplyAdds === 0 || time === 0 ? '-' : share((2 * multiplyAdds * 1000) / time / peak)

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 2))} …`

/**
 * The heaviest kernels, the rest, and what threads do.
 * @param peakOfThread FLOPs a second that one thread reaches at best.
 */
export function profileText(what: string, profile: Profile, peakOfThread: number, columns: number): string {
  const { kernels, threads, milliseconds: whole } = profile
  const peak = peakOfThread * threads.length
  const all = whole * threads.length
  const sorted = [...kernels].sort((a, b) => b.milliseconds - a.milliseconds)
  const [first, rest] = [sorted.slice(0, heaviest), sorted.slice(heaviest)]
  const figures = (calls: number, { milliseconds: time, multiplyAdds, bytesRead, bytesWritten }: Cost) => [
    calls === 0 ? '-' : calls,
    milliseconds(time),
    share(time / all),
    rate(2 * multiplyAdds, time),
    ofPeak(multiplyAdds, time, peakOfThread),
    rate(bytesRead + bytesWritten, time),
  ]
  const others: Cost = {
    milliseconds: sumOf(rest, (kernel) => kernel.milliseconds),
    multiplyAdds: sumOf(rest, (kernel) => kernel.multiplyAdds),
    bytesRead: sumOf(rest, (kernel) => kernel.bytesRead),
    bytesWritten: sumOf(rest, (kernel) => kernel.bytesWritten),
  }
  const waiting = threads.reduce((total, thread) => total + thread.waiting, 0)
  const rowsWith = (width: number) => [
    ['kernel', 'of', 'calls', 'ms', 'share', 'GFLOP/s', 'of peak', 'GB/s'],
    ...first.map((kernel) => [shortened(kernel.ops, width), kernel.scope, ...figures(kernel.calls, kernel)]),
    ...(rest.length === 0
      ? []
      : [
          [
            `${thousands(rest.length)} others`,
            '',
            ...figures(
              sumOf(rest, ({ calls }) => calls),
              others,
            ),
          ],
        ]),
    ['waiting', '', ...figures(0, { milliseconds: waiting, multiplyAdds: 0, bytesRead: 0, bytesWritten: 0 })],
  ]
  const excess =
    Math.max(
      ...table(rowsWith(columns))
        .split('\n')
        .map((line) => line.length),
    ) - columns
  const widest = Math.max(...first.map(({ ops }) => ops.length))
  const flops = 2 * sumOf(kernels, ({ multiplyAdds }) => multiplyAdds)
  return [
    bold(what),
    '',
    table(rowsWith(Math.max(minWidth, widest - Math.max(0, excess)))),
    '',
    table([
      ['thread', 'busy ms', 'share', 'waiting ms', 'GFLOP/s', 'GB/s'],
      ...threads.map(({ busy, waiting, multiplyAdds, bytes }, thread) => [
        thread,
        milliseconds(busy),
        share(busy / whole),
        milliseconds(waiting),
        rate(2 * multiplyAdds, busy),
        rate(bytes, busy),
      ]),
    ]),
    '',
    `${milliseconds(whole)} ms on ${profile.backend}: ${rate(flops, whole)} GFLOP/s, ${share((flops * 1000) / whole / peak)} of the ${(peak / 1e9).toFixed(1)} GFLOP/s of large matrix products`,
    ...wrapped(
      'ms: sum over threads; GFLOP/s and GB/s: per thread while it computes; FLOPs: convolutions and matrix products only (Winograd computes fewer than are counted); bytes: tensors read and written, from memory or caches',
      columns,
    ).map(dim),
  ].join('\n')
}
