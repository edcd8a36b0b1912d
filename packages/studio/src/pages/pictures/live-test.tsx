/** What the webcam shows, and what the classifier says of it, or of a picture that is chosen. */
import type { ReadonlySignal } from '@preact/signals'
import { FileButton } from '../../parts/file-button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import type { Camera } from '../../parts/use-camera.ts'
import { Look, type LookPixels } from './look.tsx'

export interface Tested {
  readonly look: LookPixels
  readonly classes: readonly string[]
  readonly probabilities: readonly number[]
  /** What it is, such as the file's name. */
  readonly name: string
}

export interface LiveTestProps {
  readonly camera: Camera
  /** The webcam's picture as it is now. */
  readonly seen: ReadonlySignal<LookPixels | undefined>
  readonly tested: ReadonlySignal<Tested | undefined>
  readonly hasClassifier: boolean
  readonly onFile: (file: File) => void
}

export function LiveTest({ camera, seen, tested, hasClassifier, onFile }: LiveTestProps) {
  const isOn = camera.state.value === 'on'
  const shown = tested.value
  const look = isOn ? (shown?.name === 'webcam' ? shown.look : seen.value) : shown?.look
  const best = shown === undefined ? -1 : shown.probabilities.indexOf(Math.max(...shown.probabilities))
  return (
    <section class="live-test" aria-label="Webcam and test">
      <div class="viewfinder">
        {look === undefined ? (
          <p class="hint">The webcam, or a picture to test, is shown here.</p>
        ) : (
          <Look pixels={look} />
        )}
      </div>
      <div class="presets">
        <button
          type="button"
          disabled={camera.state.value === 'asking'}
          onClick={() => (isOn ? camera.stop() : void camera.start())}
        >
          <Icon name={isOn ? 'pause' : 'camera'} /> {isOn ? 'Stop the webcam' : 'Start the webcam'}
        </button>
        <FileButton
          label="Test a picture"
          accept="image/*"
          disabled={!hasClassifier}
          onFiles={([file]) => file !== undefined && onFile(file)}
        />
      </div>
      {camera.problem.value !== '' && <Notice kind="warning">{camera.problem.value}</Notice>}
      {!hasClassifier ? (
        <p class="hint">Train first: then it says what it sees.</p>
      ) : shown === undefined ? (
        <p class="hint">Start the webcam, or test a picture that it has not learned from.</p>
      ) : (
        <table class="says">
          <caption>
            {shown.name}: <b>{shown.classes[best]}</b>
          </caption>
          <tbody>
            {shown.classes.map((name, i) => (
              <tr key={name} class={i === best ? 'best' : ''}>
                <th scope="row">{name}</th>
                <td>
                  <span class="share">
                    <i style={{ width: `${100 * shown.probabilities[i]}%` }} />
                  </span>
                  {(100 * shown.probabilities[i]).toFixed(1)} %
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
