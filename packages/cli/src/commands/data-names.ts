import { dataNames } from '../data/datasets.ts'
import { sequenceTasks } from '../tasks/sequence-tasks.ts'

/** All that `--data` may name. */
export const allDataNames = [...dataNames, ...sequenceTasks.flatMap((task) => task.dataNames)]
