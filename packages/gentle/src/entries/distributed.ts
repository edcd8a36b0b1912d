/**
 * Training by several processes, on one machine or many, joined by Open MPI. In Node alone.
 * @module gentle-dl/distributed
 */
export { agree, OtherRankError, RanksDifferError, together } from '../distributed/agree.ts'
export { distributed, launchedRanks } from '../distributed/distributed.ts'
export { gathered, ofFirstRank } from '../distributed/messages.ts'
export type { JoinedRanks } from '../distributed/ranks.ts'
export { backendOf } from '../train/backend-of.ts'
