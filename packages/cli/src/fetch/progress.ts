/** What a download shows as it goes on. */
import { progressBar } from '../terminal/progress.ts'
import { bytes, clock } from '../terminal/terminal.ts'

export interface TransferView {
  update(done: number, total: number | undefined): void
  end(): void
}

/** A bar where notes go to a terminal, else nothing. */
export function transferView(name: string, quiet: boolean): TransferView {
  if (quiet || process.stderr.isTTY !== true) return { update() {}, end() {} }
  const bar = progressBar()
  let first: { readonly done: number; readonly time: number } | undefined
  return {
    update(done, total) {
      const now = performance.now()
      const seconds = (now - (first?.time ?? now)) / 1000
      const speed = seconds > 0 ? (done - first!.done) / seconds : 0
      const state = {
        what: name,
        figures: [
          { text: `${bytes(done)} of ${total === undefined ? '?' : bytes(total)}`, spare: 1 },
          { text: `${bytes(Math.round(speed))}/s`, spare: 2 },
          { text: `${total === undefined || speed === 0 ? '-' : clock((total - done) / speed)} left`, spare: 0 },
        ],
      }
      // Of a file whose length is not known there is always more to come.
      if (first === undefined) bar.start(total ?? 2 * done + 1, done, state)
      else {
        if (total === undefined) bar.setTotal(2 * done + 1)
        bar.update(done, state)
      }
      first ??= { done, time: now }
    },
    end: () => bar.stop(),
  }
}
