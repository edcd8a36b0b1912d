/** Networks of sequences: one that hears words, one that translates. */
import { usePageState } from '../../app/use-page-state.ts'
import { useWorker } from '../../app/use-worker.ts'
import { HearLesson } from './hear-lesson.tsx'
import { fields } from './settings.ts'
import './sound.css'
import { TranslateLesson } from './translate-lesson.tsx'

export default function SoundPage() {
  const state = usePageState(fields)
  const worker = useWorker('sound')
  return state.task.value === 'hear' ? (
    <HearLesson state={state} worker={worker} />
  ) : (
    <TranslateLesson state={state} worker={worker} />
  )
}
