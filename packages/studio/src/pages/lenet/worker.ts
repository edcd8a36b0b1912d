import type { Insight } from './insight.ts'
import { type LookRequest, type Report, Session } from './session.ts'
import type { Settings } from './training.ts'

let session: Session

export const api = {
  /** To be called first. @param base where the digits are */
  open(base: string, report: (report: Report) => void): ReturnType<Session['open']> {
    session = new Session(base, report)
    return session.open()
  },
  train: (settings: Settings, epochs: number): Promise<void> => session.train(settings, epochs),
  step: (settings: Settings): Promise<void> => session.step(settings),
  restart: (): Promise<void> => session.restart(),
  look: (request: LookRequest): Promise<Insight> => session.look(request),
}

export type LenetWorker = typeof api
