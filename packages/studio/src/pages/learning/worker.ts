import type { Pixels } from '../../engine/pixels.ts'
import { type Race, Session, type SurfaceRequest } from './session.ts'
import type { Racer, Settings } from './settings.ts'

const session = new Session()

export const api = {
  race: (settings: Settings, racers: readonly Racer[]): Promise<Race> => session.race(settings, racers),
  surface: (request: SurfaceRequest): Promise<Pixels> => session.surface(request),
}
