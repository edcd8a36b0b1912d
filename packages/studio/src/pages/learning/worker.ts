import { expose } from 'comlink'
import type { Levels } from './levels.ts'
import { type Race, Session, type SurfaceRequest } from './session.ts'
import type { Racer, Settings } from './settings.ts'

const session = new Session()

const api = {
  race: (settings: Settings, racers: readonly Racer[]): Promise<Race> => session.race(settings, racers),
  surface: (request: SurfaceRequest): Promise<Levels> => session.surface(request),
}

export type LearningWorker = typeof api

expose(api)
