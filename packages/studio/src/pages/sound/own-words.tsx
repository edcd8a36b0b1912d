/** Words of one's own, and the takes of each. */
import { type Signal, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { FileButton } from '../../parts/file-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { areWords } from './settings.ts'

export interface OwnWordsProps {
  readonly own: Signal<string>
  readonly counts: ReadonlyMap<string, number>
  /** The word that is being recorded; '' for none. */
  readonly recording: string
  readonly onRecord: (word: string) => void
  readonly onFiles: (word: string, files: readonly File[]) => void
  readonly onRemove: (word: string) => void
  readonly onSave: () => void
}

export function OwnWords({ own, counts, recording, onRecord, onFiles, onRemove, onSave }: OwnWordsProps) {
  const id = useId()
  const problem = useSignal('')
  return (
    <div class="own-words">
      <label for={id}>Words, two to six</label>
      <input
        id={id}
        type="text"
        value={own.value}
        aria-describedby={`${id}-problem`}
        onInput={({ currentTarget: { value } }) => {
          const text = value.trim().toLowerCase().split(/\s+/).join(' ')
          problem.value = areWords(text) ? '' : 'Two to six different words of letters, with blanks between.'
          if (problem.value === '') own.value = text
        }}
      />
      <p id={`${id}-problem`} class="wrong">
        {problem.value}
      </p>
      <ul>
        {own.value.split(' ').map((word) => {
          const count = counts.get(word) ?? 0
          return (
            <li key={word}>
              <b>{word}</b>
              <span>
                {count} {count === 1 ? 'take' : 'takes'}
              </span>
              <span class="presets">
                <button type="button" disabled={recording !== '' && recording !== word} onClick={() => onRecord(word)}>
                  <Icon name={recording === word ? 'pause' : 'add'} />
                  {recording === word ? 'Stop' : 'Record'}
                  <span class="unseen"> {word}</span>
                </button>
                <FileButton
                  label={`File of ${word}`}
                  accept="audio/*"
                  choose="several"
                  onFiles={(files) => onFiles(word, files)}
                />
                <button
                  type="button"
                  disabled={count === 0}
                  title={`Remove the last take of ${word}`}
                  onClick={() => onRemove(word)}
                >
                  <Icon name="remove" />
                  <span class="unseen">Remove the last take of {word}</span>
                </button>
              </span>
            </li>
          )
        })}
      </ul>
      <p class="hint">Say each word about five times, in different ways. A take ends by itself after 1.6 s.</p>
      {counts.size > 0 && (
        <button type="button" onClick={onSave} title="For the program: a WAV file each">
          <Icon name="download" /> Save the takes
        </button>
      )}
    </div>
  )
}
