/**
 * Training by several processes, on one machine or many, joined by Open MPI. In Node alone.
 * @module gentle-dl/distributed
 */
export { agree, RanksDifferError } from '../distributed/agree.ts'
export { distributed, launchedRanks } from '../distributed/distributed.ts'
export { dividedAmong } from '../distributed/divided-work.ts'
export { gathered } from '../distributed/messages.ts'
export type { JoinedRanks } from '../distributed/ranks.ts'
export { OtherRankError, ofFirstRank, together } from '../distributed/together.ts'
export { backendOf } from '../train/backend-of.ts'
