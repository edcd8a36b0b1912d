import type { Signal } from '@preact/signals'
import { Choice } from '../../parts/choice.tsx'

/** What the page is about at the moment. */
export const TaskChoice = ({ task }: { readonly task: Signal<'hear' | 'translate'> }) => (
  <Choice label="Learn to" value={task} options={{ hear: 'Hear words', translate: 'Translate' }} />
)
