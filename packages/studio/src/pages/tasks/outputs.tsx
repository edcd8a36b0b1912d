/** One scene, four outputs. */
import { type Box, classColour } from 'gentle-dl/vision'
import type { ComponentChildren } from 'preact'
import { PictureCanvas } from './picture-canvas.tsx'
import { sceneSide } from './scene-side.ts'
import type { Answers, Quality } from './session.ts'
import { shapeNames } from './shapes.ts'

const colours = shapeNames.map((_, i) => classColour(i))

const css = (label: number): string => `rgb(${colours[label].map((value) => Math.round(255 * value)).join(' ')})`

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

function DrawnBox({ box, label, text, kind }: { box: Box; label: number; text?: string; kind: string }) {
  const { left, top, right, bottom } = box
  return (
    <g class={`box ${kind}`} style={{ stroke: css(label) }}>
      <rect x={left} y={top} width={Math.max(0, right - left)} height={Math.max(0, bottom - top)} />
      {text !== undefined && (
        <text x={Math.min(left + 0.6, sceneSide - 22)} y={top < 5 ? bottom + 4.4 : top - 1}>
          {text}
        </text>
      )}
    </g>
  )
}

function Output({
  title,
  told,
  judged,
  picture,
  mask,
  children,
}: {
  readonly title: string
  /** What the network says, in a sentence. */
  readonly told: string
  /** How good it is on the scenes for judging. */
  readonly judged: string
  readonly picture: Float32Array
  readonly mask?: Uint8Array
  readonly children?: ComponentChildren
}) {
  return (
    <figure class="output">
      <figcaption>
        <b>{title}</b>
        <span role="status">{told}</span>
      </figcaption>
      <div class="scene-picture">
        <PictureCanvas picture={picture} mask={mask} colours={colours} />
        {children !== undefined && (
          <svg viewBox={`0 0 ${sceneSide} ${sceneSide}`} aria-hidden="true">
            {children}
          </svg>
        )}
      </div>
      <p class="hint">{judged}</p>
    </figure>
  )
}

/** What a mask covers, in words. */
function coveredBy(mask: Uint8Array): string {
  const kinds = new Set(mask).size - (mask.includes(0) ? 1 : 0)
  const pixels = mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
  return kinds === 0 ? 'background alone' : `${kinds} ${kinds === 1 ? 'kind' : 'kinds'}, ${pixels} pixels`
}

export function Outputs({
  said,
  quality,
  showsCandidates,
}: {
  readonly said: Answers
  readonly quality: Quality | undefined
  readonly showsCandidates: boolean
}) {
  const { picture, probabilities, located, candidates, detections, missed, truth, mask } = said
  const best = probabilities.indexOf(Math.max(...probabilities))
  const of = (what: string, value: number | undefined): string =>
    value === undefined ? 'Judging ...' : `On 200 scenes: ${what} ${percent(value).replace(' ', '\u00a0')}`
  return (
    <div class="outputs">
      <Output
        title="Classification"
        told={`${shapeNames[best]}, ${percent(probabilities[best])}`}
        judged={of('label right', quality?.classify)}
        picture={picture}
      >
        {shapeNames.map((name, label) => (
          <g key={name} class="likely">
            <rect
              x={1}
              y={44 + 5 * label}
              width={Math.max(0.2, 30 * probabilities[label])}
              height={3.6}
              style={{ fill: css(label) }}
            />
            <text x={Math.max(0.2, 30 * probabilities[label]) + 2.4} y={47.2 + 5 * label}>
              {name} {percent(probabilities[label])}
            </text>
          </g>
        ))}
      </Output>
      <Output
        title="Localization"
        told={`${shapeNames[located.label]}, ${percent(located.score)}, and its box`}
        judged={of('label and box right', quality?.localize)}
        picture={picture}
      >
        <DrawnBox box={located.box} label={located.label} text={shapeNames[located.label]} kind="right" />
      </Output>
      <Output
        title="Detection"
        told={
          detections.length === 0
            ? 'nothing'
            : `${detections.length} ${detections.length === 1 ? 'box' : 'boxes'}: ${detections.filter(({ isRight }) => isRight).length} right, ${missed.length} missed`
        }
        judged={of('average precision', quality?.detect)}
        picture={picture}
      >
        {showsCandidates &&
          candidates.map(({ box, label }, i) => <DrawnBox key={`c${i}`} box={box} label={label} kind="candidate" />)}
        {missed.map((i) => (
          <DrawnBox key={`m${i}`} box={truth.boxes[i]} label={truth.labels[i]} text="missed" kind="missed" />
        ))}
        {detections.map(({ box, label, score, isRight }, i) => (
          <DrawnBox
            key={`d${i}`}
            box={box}
            label={label}
            text={`${isRight ? '' : '✗ '}${shapeNames[label]} ${score.toFixed(2)}`}
            kind={isRight ? 'right' : 'wrong-box'}
          />
        ))}
      </Output>
      <Output
        title="Segmentation"
        told={coveredBy(mask)}
        judged={of('mean IoU', quality?.segment)}
        picture={picture}
        mask={mask}
      />
    </div>
  )
}
