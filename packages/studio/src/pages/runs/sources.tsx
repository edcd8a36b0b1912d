/** Where runs come from: folders, the server, and three that are trained here. */
import type { ReadonlySignal, Signal } from '@preact/signals'
import { Choice } from '../../parts/choice.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Slider } from '../../parts/slider.tsx'
import type { Varied } from './examples.ts'
import type { Watching } from './use-runs.ts'

export function Folders({
  watching,
  onFiles,
}: {
  readonly watching: Watching
  readonly onFiles: (files: readonly File[]) => void
}) {
  return (
    <>
      <h2>Runs</h2>
      <FileButton label="Open a folder" choose="folder" onFiles={onFiles} />
      {watching.state === 'off' && (
        <p class="hint">
          To watch one that trains: <code>gentle studio --runs runs</code>
        </p>
      )}
      {watching.state === 'asking' && <p class="hint">Asking the server for its runs ...</p>}
      {watching.state === 'watching' && (
        <p class="watching" role="status">
          <i /> Watching {watching.runs} {watching.runs === 1 ? 'run' : 'runs'} in ‘{watching.folder}’
          {watching.more > 0 && `; ${watching.more} older ones are left out`}
        </p>
      )}
      {watching.state === 'lost' && (
        <Notice kind="warning">The server does not answer. It is asked again; what it told stays here.</Notice>
      )}
      {watching.state === 'refused' && <Notice kind="warning">{watching.problem}</Notice>}
    </>
  )
}

export interface ExamplesProps {
  readonly on: Signal<boolean>
  readonly vary: Signal<Varied>
  readonly seed: Signal<number>
  readonly training: ReadonlySignal<boolean>
  readonly onStop: () => void
}

export function Examples({ on, vary, seed, training, onStop }: ExamplesProps) {
  return (
    <>
      <h2>Three examples</h2>
      <Choice
        label="They differ in"
        value={vary}
        options={{ learningRate: 'Learning rate', batchSize: 'Batch size', units: 'Neurons' }}
      />
      <Slider label="Seed" value={seed} min={0} max={20} />
      <div class="presets">
        {training.value ? (
          <button type="button" onClick={onStop}>
            <Icon name="pause" /> Stop
          </button>
        ) : (
          <button
            type="button"
            onClick={() => {
              on.value = !on.value
            }}
          >
            <Icon name={on.value ? 'remove' : 'play'} /> {on.value ? 'Close them' : 'Train them here'}
          </button>
        )}
      </div>
    </>
  )
}
