/** Where the picture comes from. */
import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Choice } from '../../parts/choice.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import type { Camera } from '../../parts/use-camera.ts'
import type { Channel, Picture } from './picture.ts'

export const sources = ['example', 'scene', 'own', 'webcam'] as const

export type Source = (typeof sources)[number]

export interface PictureChoiceProps {
  readonly source: Signal<Source>
  readonly channel: Signal<Channel>
  readonly picture: Picture | undefined
  readonly camera: Camera
  readonly onFiles: (files: readonly File[]) => void
  readonly onSave: () => void
}

export function PictureChoice({ source, channel, picture, camera, onFiles, onSave }: PictureChoiceProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div class="picture-choice">
      <Choice
        label="Picture"
        value={source}
        options={{ example: '8 × 8', scene: 'Scene', own: 'Yours', webcam: 'Webcam' }}
      />
      {source.value !== 'example' && (
        <Choice label="Channel" value={channel} options={{ grey: 'Grey', red: 'Red', green: 'Green', blue: 'Blue' }} />
      )}
      {source.value === 'own' && (
        <>
          <input
            ref={input}
            type="file"
            accept="image/*"
            hidden
            onChange={({ currentTarget }) => {
              onFiles([...(currentTarget.files ?? [])])
              // So that the same file can be chosen again when it has changed.
              currentTarget.value = ''
            }}
          />
          <button type="button" onClick={() => input.current?.click()}>
            <Icon name="open" /> Choose a file
          </button>
        </>
      )}
      {source.value === 'webcam' && (
        <button
          type="button"
          disabled={camera.state.value === 'asking'}
          onClick={() => (camera.state.value === 'on' ? camera.stop() : void camera.start())}
        >
          <Icon name={camera.state.value === 'on' ? 'pause' : 'camera'} />
          {camera.state.value === 'on' ? 'Hold the picture' : 'Start the webcam'}
        </button>
      )}
      {source.value !== 'example' && picture !== undefined && (
        <button
          type="button"
          onClick={onSave}
          title="This channel, as grey and at this size, for the program and for Octave"
        >
          <Icon name="download" /> Save picture.png
        </button>
      )}
      {source.value === 'webcam' && camera.problem.value !== '' && (
        <Notice kind="warning">{camera.problem.value}</Notice>
      )}
    </div>
  )
}
