/** `gentle train`: trains a network and keeps everything about it in a run folder. */
import type { Backend } from 'gentle-dl'
import { amongRanks, type Company } from './among-ranks.ts'
import { begin, withTrainer } from './begin-training.ts'
import { openBackend } from './check-resumed.ts'
import type { TrainFlags } from './choose-settings.ts'
import { fastDevRun } from './fast-dev-run.ts'
import { planTraining } from './plan-training.ts'
import { lockRun, openRun } from './run-folder.ts'
import { follow, trainToEnd } from './train-to-end.ts'

/** Runs the command. Gives the exit code. */
export const train = (model: string | undefined, flags: TrainFlags): Promise<number> =>
  amongRanks(flags, (own, company) =>
    own.fastDevRun ? fastDevRun(own, (within) => trainHere(model, within, company)) : trainHere(model, own, company),
  )

async function trainHere(model: string | undefined, flags: TrainFlags, company: Company | undefined): Promise<number> {
  const locks: (() => Promise<void>)[] = []
  const isFirst = company?.isFirst !== false
  const each: Company['each'] = company === undefined ? (work) => work() : (work) => company.each(work)
  try {
    const planned = await each(async () => {
      if (flags.resume !== undefined && isFirst) locks.push(await lockRun(openRun(flags.resume).path))
      return planTraining(model, flags, company)
    })
    const { plan, resumed, prepared } = planned
    await company?.agree(plan, prepared, flags)
    const open = (): Promise<Backend> => openBackend(plan, resumed?.run, flags.allowOtherWidth === true)
    const isNewHere = company !== undefined && resumed === undefined
    const backend = isNewHere ? await company.backend(plan) : await each(open)
    try {
      const made = await each(() => withTrainer(planned, backend, company))
      const begun = await each(async () => (isFirst ? await begin(made, locks) : undefined))
      return await (begun === undefined ? follow(made) : trainToEnd(begun))
    } finally {
      await backend.close()
    }
  } finally {
    for (const release of locks) await release()
  }
}
