/** The scores of a sweep over each setting: sweep.svg. */

import { lessIsBetter } from 'gentle-dl/inspect'
import type { SweptSetting } from 'gentle-dl-plot'
import type { Sweep } from './record.ts'
import { ranked } from './rungs.ts'
import { dashed, isRange, parseSpace, valueText } from './space.ts'

export async function sweepPicture(sweep: Sweep): Promise<string> {
  const { plotSweep } = await import('gentle-dl-plot')
  const all = ranked(sweep)
  const settings = parseSpace(sweep.vary).map(({ name, values }): SweptSetting => {
    const own = all.map(({ settings: each }) => each[name]!)
    return isRange(values)
      ? { name: dashed(name), scale: values.kind === 'log' ? 'logarithmic' : 'linear', values: own as number[] }
      : { name: dashed(name), choices: values.map(valueText), values: own.map(valueText) }
  })
  const failed = sweep.trials.length - all.length
  return plotSweep({
    title: `${sweep.trials.length} trials by ${sweep.score.name} on validation`,
    score: {
      name: sweep.score.name,
      isShare: sweep.score.isShare,
      better: lessIsBetter(sweep.score.monitor) ? 'less' : 'more',
    },
    scores: all.map(({ last }) => last.score),
    stopped: all.map(({ results }) => results.length < sweep.rungs.length),
    settings,
    notes: failed === 0 ? [] : [`${failed} failed, and ${failed === 1 ? 'is' : 'are'} not shown.`],
  })
}
