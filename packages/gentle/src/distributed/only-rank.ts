/** A process that trains alone, as one of ranks. */
import { addTo, exchangePlan } from './exchange.ts'
import type { JoinedRanks } from './ranks.ts'

export const onlyRank = (): JoinedRanks => ({
  rank: 0,
  size: 1,
  seconds: { waiting: 0, moving: 0, hidden: 0 },
  async gather(message) {
    return [message]
  },
  async sum({ leaves, own, into, after }, message) {
    for (const [to, added] of after?.additions ?? []) addTo(to, added)
    for (const [to, added] of exchangePlan(leaves, 1).additions) addTo(own[to], own[added])
    into.set(own[0])
    return message === undefined ? [] : [message]
  },
  async close() {},
  async abort(code) {
    return process.exit(code)
  },
})
