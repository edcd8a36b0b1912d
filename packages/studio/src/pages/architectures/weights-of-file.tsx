/** The weights of a file that somebody gives, each as a histogram and, where it has one, as a picture. */
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { quantity, shapeText } from '../../parts/quantity.ts'
import type { Histogram, TensorSight } from './given-file.ts'
import type { GivenFileState } from './use-given-file.ts'

export function WeightsOfFile({
  file: { opened, tensor, lookAt },
  isAlone,
}: {
  readonly file: GivenFileState
  /** Whether no other file is open. */
  readonly isAlone: boolean
}) {
  const { tensors, name } = opened.value!.facts
  if (tensors.length === 0) return null
  const title = isAlone ? 'Its weights' : `The weights of ${name}`
  return (
    <section class="file-weights" aria-label={title}>
      <h2>{title}</h2>
      <label class="tensor">
        Tensor{' '}
        <select value={tensor.value?.name} onChange={({ currentTarget }) => void lookAt(currentTarget.value)}>
          {tensors.map(({ name, shape }) => (
            <option key={name} value={name}>
              {name} ({shapeText(shape)})
            </option>
          ))}
        </select>
      </label>
      {tensor.value !== undefined && <TensorView sight={tensor.value} />}
    </section>
  )
}

const short = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '−')

function TensorView({
  sight: { name, shape, mean, deviation, notFinite, histogram, picture },
}: {
  readonly sight: TensorSight
}) {
  return (
    <div class="tensor-view">
      <div>
        <p>
          {quantity(shape.reduce((product, size) => product * size, 1))} values
          {histogram !== undefined && (
            <>
              {' '}
              from {short(histogram.from)} to {short(histogram.to)}, mean {short(mean)}, standard deviation{' '}
              {short(deviation)}
            </>
          )}
          {notFinite > 0 && <strong class="wrong">; {notFinite.toLocaleString('en')} are NaN or infinite</strong>}
        </p>
        {histogram !== undefined && <HistogramView histogram={histogram} name={name} />}
      </div>
      {picture !== undefined && (
        <figure>
          <PixelsCanvas pixels={picture.pixels} label={`${name} as a picture: ${picture.caption}`} />
          <figcaption class="hint">{picture.caption}; grey is 0</figcaption>
        </figure>
      )}
    </div>
  )
}

const [width, height] = [320, 120]

function HistogramView({
  histogram: { from, to, counts },
  name,
}: {
  readonly histogram: Histogram
  readonly name: string
}) {
  const highest = Math.max(...counts)
  const bar = width / counts.length
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${width} ${height + 20}`}
      role="img"
      aria-label={`Histogram of ${name}: from ${short(from)} to ${short(to)}, at most ${highest} values in one of ${counts.length} bars`}
    >
      {counts.map((count, i) => (
        <rect
          key={i}
          x={i * bar}
          y={height * (1 - count / highest)}
          width={bar - 1}
          height={(height * count) / highest}
        />
      ))}
      <text x={0} y={height + 16}>
        {short(from)}
      </text>
      <text x={width} y={height + 16} text-anchor="end">
        {short(to)}
      </text>
    </svg>
  )
}
