/** A picture that somebody chooses, drops, pastes or draws, and what the networks of files say of it. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Pixels } from '../../engine/pixels.ts'
import type { StrokePoint } from '../../engine/strokes.ts'
import { Choice } from '../../parts/choice.tsx'
import { DrawingPad } from '../../parts/drawing-pad.tsx'
import { FileButton } from '../../parts/file-button.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { type Asking, type PictureAnswer, type Preparation, preparations } from './answers.ts'
import { NetworkAnswer } from './network-answer.tsx'
import type { Asked } from './worker.ts'

/** A network that is asked. */
export interface AskedNetwork {
  /** Another one for another file. */
  readonly key: string
  readonly title: string
  readonly asking: Asking
  readonly ask: (asked: Asked, preparation: Preparation) => Promise<PictureAnswer>
  readonly explain: (asked: Asked, preparation: Preparation, label: number) => Promise<Pixels>
}

export interface AnswersPanelProps {
  readonly networks: readonly AskedNetwork[]
  readonly preparation: Signal<Preparation>
  /** Whether to show where a class is seen. */
  readonly isExplained: Signal<boolean>
  /** What is asked about. */
  readonly asked: Signal<Asked | undefined>
}

export function AnswersPanel({ networks, preparation, isExplained, asked }: AnswersPanelProps) {
  const drawing = useSignal<readonly StrokePoint[]>([])
  useEffect(() => {
    const before = asked.peek()
    if (drawing.value.length > 0) asked.value = { drawing: drawing.value }
    else if (before !== undefined && 'drawing' in before) asked.value = undefined
  }, [drawing.value])
  // A picture that comes takes the drawing's place.
  useEffect(() => {
    if (asked.value !== undefined && 'picture' in asked.value) drawing.value = []
  }, [asked.value])
  const takesDigits = networks.some(({ asking }) => asking.takesDigits)
  const isAlone = networks.length === 1
  return (
    <section class="answers" aria-label={isAlone ? 'Its answers' : 'Their answers'}>
      <h2>{isAlone ? 'Its' : 'Their'} answers on your picture</h2>
      {networks.map(
        ({ key, title, asking: { remarks } }) =>
          remarks.length > 0 && (
            <p class="hint" key={key}>
              {isAlone ? '' : `${title}: `}
              {remarks.join(' ')}
            </p>
          ),
      )}
      {networks.some(({ asking }) => asking.asksPreparation) && (
        <Choice label="Pictures are prepared" value={preparation} options={preparations} />
      )}
      <div class="choosing">
        <FileButton
          label="Choose a picture"
          accept="image/*"
          onFiles={([file]) => {
            if (file !== undefined) asked.value = { picture: file, name: file.name }
          }}
        />
        <span class="hint">or drop or paste one{takesDigits ? ', or draw a digit' : ''}.</span>
      </div>
      <Toggle label="Show where a class is seen (Grad-CAM)" value={isExplained} />
      <div class="asking">
        {takesDigits && <DrawingPad drawing={drawing} instead="choose a picture instead." />}
        <div class={`network-answers ${isAlone ? '' : 'two'}`}>
          {networks.map(({ key, title, ask, explain }) => (
            <NetworkAnswer
              key={key}
              title={isAlone ? undefined : title}
              {...{ preparation, asked, isExplained, ask, explain }}
            />
          ))}
        </div>
      </div>
    </section>
  )
}
