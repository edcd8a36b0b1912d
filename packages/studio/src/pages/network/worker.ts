import { pointsOf, readTable } from './data.ts'
import { type Request, Session } from './session.ts'

const session = new Session()

export const api = {
  pointsOf,
  readTable,
  show: (request: Request, milliseconds: number) => session.show(request, milliseconds),
}

export type NetworkWorker = typeof api
