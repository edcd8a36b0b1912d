/** Points of one's own: drawn, typed, pasted, or a file that is dropped. */

import { type Signal, useSignal } from '@preact/signals'
import type { Remote } from 'comlink'
import { messageOf } from '../../engine/message-of.ts'
import { Choice } from '../../parts/choice.tsx'
import { Notice } from '../../parts/notice.tsx'
import type { NetworkWorker } from './worker.ts'

export function OwnPoints({
  worker,
  own,
  task,
  adding,
}: {
  readonly worker: Remote<NetworkWorker>
  readonly own: Signal<readonly (readonly number[])[]>
  readonly task: Signal<'classes' | 'numbers'>
  readonly adding: Signal<'0' | '1' | '2' | '3' | '4' | 'erase'>
}) {
  const text = useSignal('')
  const told = useSignal<{ readonly kind: 'note' | 'error'; readonly text: string } | undefined>(undefined)
  const read = async (source: string | Uint8Array): Promise<void> => {
    try {
      const { rows, remark } = await worker.readTable(source, task.value)
      own.value = rows
      told.value = { kind: 'note', text: remark }
    } catch (error) {
      told.value = { kind: 'error', text: messageOf(error) }
    }
  }
  return (
    <>
      <Choice label="They have" value={task} options={{ classes: 'classes', numbers: 'numbers' }} />
      <Choice
        label="Press the plane to add"
        value={adding}
        options={{ '0': '0', '1': '1', '2': '2', '3': '3', '4': '4', erase: 'erase' }}
      />
      <label for="table">Or a table: x₁, x₂, {task.value === 'classes' ? 'class' : 'number'}</label>
      <textarea
        id="table"
        rows={4}
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={async (event) => {
          const file = event.dataTransfer?.files[0]
          if (file === undefined) return
          event.preventDefault()
          await read(new Uint8Array(await file.arrayBuffer()))
        }}
      />
      <div class="presets">
        <button type="button" disabled={text.value.trim() === ''} onClick={() => read(text.value)}>
          Use the table
        </button>
        <button
          type="button"
          onClick={() => {
            own.value = []
          }}
        >
          Remove all
        </button>
      </div>
      {told.value !== undefined && <Notice kind={told.value.kind}>{told.value.text}</Notice>}
    </>
  )
}
