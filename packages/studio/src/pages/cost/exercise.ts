import type { Answer } from '../../parts/exercise.tsx'
import type { Costs } from './session.ts'
import { layersOf } from './settings.ts'

export const [leastLayers, leastResolution, mostMegabytes] = [32, 64, 256]

/** Whether a deep network on pictures that are not small trains in little memory. */
export function exerciseAnswer(costs: Pick<Costs, 'settings' | 'cost'> | undefined): Answer {
  const not = (remark: string): Answer => ({ right: false, remark })
  if (costs === undefined) return not('The costs are still being counted.')
  const { settings, cost } = costs
  if (layersOf(settings) < leastLayers) return not(`It has ${layersOf(settings)} layers; make it deeper.`)
  if (settings.resolution < leastResolution)
    return not(`The pictures are ${settings.resolution} pixels across; make them larger.`)
  const megabytes = cost.bytes / 2 ** 20
  const shown = `A step takes ${Math.round(megabytes).toLocaleString('en')} MiB`
  if (megabytes > mostMegabytes)
    return not(`${shown}. Which of width and batch do you have to make smaller, and what do you lose by it?`)
  return {
    right: true,
    remark: `${shown}, at ${settings.width} channels and a batch of ${settings.batch}.`,
  }
}
