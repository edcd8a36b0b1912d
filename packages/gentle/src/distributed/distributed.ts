/** How a program comes to be one of several that train together. */
import { launchIn } from './mpi/launcher.ts'
import { onlyRank } from './only-rank.ts'
import type { JoinedRanks } from './ranks.ts'

/** How many processes a launcher, such as `mpirun`, started with this one; undefined where none did. @throws DistributedError for those of MPICH. */
export const launchedRanks = (): number | undefined => launchIn(process.env)?.size

/**
 * Joins the processes that `mpirun` of Open MPI, or `srun --mpi=pmix`, started with this one; in Node. A process that nothing launched is the only rank, so a program that calls
 * this runs alone as well. It needs the package `koffi` and Open MPI's library, `libmpi.so.40`, where there are others.
 *
 * ```ts
 * const ranks = await distributed()
 * const backend = await backendOf(ranks)
 * const trainer = await createTrainer(LeNet5(), data, { optimizer, epochs: 3, batchSize: 256, backend, ranks })
 * await runTraining(trainer)
 * await ranks.close()
 * ```
 *
 * A rank that is stopped, or whose machine is gone, is noticed within seconds: the others say which it is, and all end.
 * @throws DistributedError where koffi or the library is missing, the library does not see all processes, or MPICH's launcher started them.
 */
export async function distributed(): Promise<JoinedRanks> {
  const launch = launchIn(process.env)
  if (launch === undefined) return onlyRank()
  return (await import('./mpi/mpi-ranks.ts')).joinByMpi(launch)
}
