/** Who started this process, and how many more with it. */
import { DistributedError } from '../../core/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How messages call who started the processes. */
export type Launcher = 'mpirun' | 'srun'

export interface Launch {
  readonly by: Launcher
  /** How many processes it says that it started. */
  readonly size: number
}

/**
 * What launched this process as one of several; undefined where nothing did. A single process of `srun`, such as a shell, is not launched in this sense; one of `mpirun` is.
 * @throws DistributedError for processes that MPICH's launcher started: Open MPI in them would see each alone.
 */
export function launchIn(environment: Environment): Launch | undefined {
  const { OMPI_COMM_WORLD_SIZE, SLURM_STEP_ID, SLURM_STEP_NUM_TASKS, PMI_FD, PMI_PORT } = environment
  if (OMPI_COMM_WORLD_SIZE !== undefined) return { by: 'mpirun', size: Number(OMPI_COMM_WORLD_SIZE) }
  if (SLURM_STEP_ID !== undefined && Number(SLURM_STEP_NUM_TASKS) > 1)
    return { by: 'srun', size: Number(SLURM_STEP_NUM_TASKS) }
  if (SLURM_STEP_ID === undefined && (PMI_FD ?? PMI_PORT) !== undefined)
    throw new DistributedError(
      "distributed: the mpirun of MPICH, or of a kin such as Intel's, started this process; expected Open MPI's: install it (Debian: apt-get install openmpi-bin) and call its mpirun.openmpi",
    )
  return undefined
}

/** @throws DistributedError where Open MPI does not see all processes that were started: each would train for itself. */
export function checkSize({ by, size }: Launch, seen: number): void {
  if (seen === size) return
  const advice =
    by === 'srun'
      ? 'start them by srun --mpi=pmix (srun --mpi=list tells whether there is that), or by mpirun'
      : "the library libmpi.so.40 is another than mpirun's: let LD_LIBRARY_PATH name that of the same Open MPI"
  throw new DistributedError(
    `distributed: ${by} started ${size} processes, but Open MPI in this one sees ${seen}; ${advice}`,
  )
}
