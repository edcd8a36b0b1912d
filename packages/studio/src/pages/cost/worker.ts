import { measureRate, measureStep } from './measure.ts'
import { costs, lecture } from './session.ts'
import type { Settings } from './settings.ts'

export const api = {
  costs,
  lecture,
  measureRate: () => measureRate(),
  measureStep: (settings: Settings) => measureStep(settings),
}

export type CostWorker = typeof api
