import { type RecordedRun, type RunTexts, readRun } from 'gentle-dl/inspect'
import { type ExampleSettings, trainExamples } from './examples.ts'
import { type News, type Server, servedPicture, watchRuns } from './watch.ts'

/** Milliseconds between two pictures of a training. */
const pause = 80

let training = new AbortController()

export const api = {
  read: (texts: RunTexts): RecordedRun => readRun(texts),
  watch: (server: Server, report: (news: readonly News[]) => void): Promise<void> => watchRuns(server, report),
  picture: (server: Server, run: string, name: string): Promise<Blob> => servedPicture(server, run, name),
  /** Ends when all examples are trained, or `stop` or another training ends it. */
  async train(settings: ExampleSettings, report: (run: RecordedRun) => void): Promise<void> {
    training.abort()
    const mine = new AbortController()
    training = mine
    let told = -pause
    await trainExamples(
      settings,
      async (texts) => {
        if (mine.signal.aborted || (texts.files['summary.json'] === undefined && performance.now() - told < pause))
          return
        told = performance.now()
        await report(readRun(texts))
      },
      mine.signal,
    )
  },
  stop: (): void => training.abort(),
}

export type RunsWorker = typeof api
