/** Networks of sequences: one that hears words, one that translates. */
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../engine/use-worker.ts'
import { HearLesson } from './hear-lesson.tsx'
import { fields } from './settings.ts'
import './sound.css'
import { TranslateLesson } from './translate-lesson.tsx'
import type { SoundWorker } from './worker.ts'

const startWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

export default function SoundPage() {
  const state = usePageState(fields)
  const worker = useWorker<SoundWorker>(startWorker)
  return state.task.value === 'hear' ? (
    <HearLesson state={state} worker={worker} />
  ) : (
    <TranslateLesson state={state} worker={worker} />
  )
}
