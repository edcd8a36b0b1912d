/** How a run's score is told. */
import { annotatedTask } from '../tasks/annotated-tasks.ts'
import type { Preparation } from '../tasks/task.ts'
import { type RunFacts, recordedScore, type Score } from './run-facts.ts'

const share = (monitor: string, name: string): Score => ({ monitor, name, isShare: true })

/** As its preparation tells it; without data, as run.json does, and of an older run, as its task usually does. */
export function scoreOf(facts: RunFacts, prepared: Preparation | undefined): Score {
  if (prepared !== undefined) {
    const { monitor, scoreName: name, isShare = true } = prepared
    return { monitor, name, isShare }
  }
  const recorded = recordedScore(facts)
  if (recorded !== undefined) return recorded
  const { task } = facts
  switch (task) {
    case 'classify':
      return share('accuracy', 'accuracy')
    case 'regress':
      return { monitor: 'r2', name: 'R²', isShare: false }
    case 'transcribe':
      return share('characterErrorRate', 'letters wrong')
    case 'translate':
      return share('tokenAccuracy', 'tokens correct')
    default: {
      const { monitor, scoreName } = annotatedTask(task)
      return share(monitor, scoreName)
    }
  }
}
