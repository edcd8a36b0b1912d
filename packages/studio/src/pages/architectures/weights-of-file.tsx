/** The weights of a file that somebody drops or chooses, each as a histogram and, where it has one, as a picture. */

import { useSignal } from '@preact/signals'
import { messageOf } from '../../engine/message-of.ts'
import { FileButton } from '../../parts/file-button.tsx'
import { filesInEntries } from '../../parts/files-in-entries.ts'
import { Notice } from '../../parts/notice.tsx'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { bytesText, quantity, shapeText } from '../../parts/quantity.ts'
import { useDroppedFiles } from '../../parts/use-dropped-files.ts'
import { type GivenFacts, type Histogram, meantFile, type TensorSight } from './given-file.ts'

export interface WeightsOfFileProps {
  readonly open: (name: string, file: Blob) => Promise<GivenFacts>
  readonly look: (tensor: string) => Promise<TensorSight | undefined>
}

/** Files of a folder among which weights are looked for. */
const mostFiles = 2000

interface Found {
  readonly path: string
  readonly file: File
}

export function WeightsOfFile({ open, look }: WeightsOfFileProps) {
  const facts = useSignal<GivenFacts | undefined>(undefined)
  const sight = useSignal<TensorSight | undefined>(undefined)
  const failure = useSignal('')
  const reading = useSignal(false)
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    failure.value = ''
    reading.value = true
    try {
      await work()
    } catch (error) {
      failure.value = messageOf(error)
    }
    reading.value = false
  }
  const choose = (tensor: string): Promise<void> =>
    attempt(async () => {
      sight.value = await look(tensor)
    })
  const take = (find: () => Promise<readonly Found[]>): Promise<void> =>
    attempt(async () => {
      const files = await find()
      if (files.length === 0) return
      const { path, file } = meantFile(files)
      const opened = await open(path, file)
      sight.value = await look(opened.tensors[0].name)
      facts.value = opened
    })
  const given = (files: readonly File[]): Promise<readonly Found[]> =>
    Promise.resolve(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
  const isOver = useDroppedFiles((files, entries) =>
    take(() => (entries.length > 0 ? filesInEntries(entries, mostFiles) : given(files))),
  )
  const shown = facts.value
  return (
    <section class={`file-weights ${isOver.value ? 'over' : ''}`} aria-label="Weights of a file">
      <h2>Weights of a file</h2>
      <div class="presets">
        <FileButton
          label="Open a file"
          accept=".safetensors,.onnx,.pth,.pt,.bin,.ckpt"
          disabled={reading.value}
          onFiles={(files) => take(() => given(files))}
        />
        <FileButton
          label="Open a run folder"
          choose="folder"
          disabled={reading.value}
          onFiles={(files) => take(() => given(files))}
        />
      </div>
      {failure.value !== '' && <Notice kind="error">{failure.value}</Notice>}
      {shown === undefined ? (
        <p class="hint">
          Or drop it here: safetensors, ONNX, a .pth of PyTorch, or the folder of a training. It stays on this machine.
        </p>
      ) : (
        <>
          <p role="status">
            {shown.name}: {shown.format}, {bytesText(shown.bytes)}, {shown.tensors.length}{' '}
            {shown.tensors.length === 1 ? 'tensor' : 'tensors'}
          </p>
          <label class="tensor">
            Tensor{' '}
            <select
              value={sight.value?.name}
              disabled={reading.value}
              onChange={({ currentTarget }) => choose(currentTarget.value)}
            >
              {shown.tensors.map(({ name, shape }) => (
                <option key={name} value={name}>
                  {name} ({shapeText(shape)})
                </option>
              ))}
            </select>
          </label>
          {sight.value !== undefined && <TensorView sight={sight.value} />}
        </>
      )}
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
