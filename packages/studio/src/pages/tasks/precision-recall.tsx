/** How precision falls as more objects are found, and where the score threshold is on the curve. */
import { scaleLinear } from 'd3-scale'
import { margin, Plane } from '../../parts/plane.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { atScore } from './at-score.ts'
import type { Judgement } from './session.ts'

const height = 220

export function PrecisionRecall({ judgement, score }: { readonly judgement: Judgement; readonly score: number }) {
  const [figure, width] = useWidth<HTMLElement>(520)
  const x = scaleLinear([0, 1], [margin.left, width - margin.right])
  const y = scaleLinear([0, 1], [height - margin.bottom, margin.top])
  const { recall, precision } = judgement
  const at = atScore(judgement, score)
  const f1 = (2 * at.precision * at.recall) / (at.precision + at.recall || 1)
  return (
    <div class="precision-recall">
      <figure ref={figure} class="chart">
        <Plane
          label="Precision against recall over 200 crowded scenes"
          x={x}
          y={y}
          xLabel="recall"
          yLabel="precision"
          width={width}
          height={height}
        >
          <g class="colour-0">
            <polyline
              class="curve"
              points={recall.map((value, i) => `${x(value).toFixed(1)},${y(precision[i]).toFixed(1)}`).join(' ')}
            />
          </g>
          <g class="colour-1">
            <circle class="dot" cx={x(at.recall)} cy={y(at.precision)} r={6} />
          </g>
        </Plane>
      </figure>
      <dl>
        <dt>precision</dt>
        <dd>{at.precision.toFixed(3)}</dd>
        <dt>recall</dt>
        <dd>{at.recall.toFixed(3)}</dd>
        <dt>F1</dt>
        <dd>{f1.toFixed(3)}</dd>
        <dt>boxes from score {score.toFixed(2)}</dt>
        <dd>{at.boxes}</dd>
        <dt>objects</dt>
        <dd>{judgement.objects}</dd>
        <dt>AP at an IoU of 0.5</dt>
        <dd>{judgement.AP50.toFixed(3)}</dd>
        <dt>AP from 0.5 to 0.95</dt>
        <dd>{judgement.AP.toFixed(3)}</dd>
      </dl>
    </div>
  )
}
