/** A sound as the network hears it: its spectrogram, and below how likely each letter is at each step. */
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { useWidth } from '../../parts/use-width.ts'
import type { Heard } from './recogniser.ts'
import type { SpeechAnswer } from './session.ts'

/** Pixels of the drawing: at its left for names, for the letters above, the spectrogram, and each row of letters. */
const [left, above, high, rowHeight] = [44, 26, 150, 17]

const shownSymbol = (symbol: string): string => (symbol === '' ? 'blank' : symbol === ' ' ? 'space' : symbol)

/** Steps and symbols that are likely, as squares. @param step pixels of a step */
const squaresOf = ({ probabilities, symbols, steps }: Heard, step: number) => {
  const squares = []
  for (let t = 0; t < steps; t++)
    for (let k = 0; k < symbols.length; k++) {
      const share = probabilities[t * symbols.length + k]
      if (share < 0.02) continue
      squares.push(
        <rect
          key={`${t} ${k}`}
          class={k === 0 ? 'blank' : 'letter'}
          x={left + t * step}
          y={k * rowHeight + 1}
          width={step + 0.5}
          height={rowHeight - 2}
          opacity={share}
        />,
      )
    }
  return squares
}

/** The likeliest path of what was said, through the rows of its letters. */
function Path({ heard, step }: { readonly heard: Heard; readonly step: number }) {
  const { said, symbols } = heard
  if (said === undefined) return null
  const places = said.path.map((at, i) => [
    left + (at + 0.5) * step,
    (symbols.indexOf([...said.text][i]) + 0.5) * rowHeight,
  ])
  return (
    <g class="path">
      <polyline points={places.map((place) => place.map((value) => value.toFixed(1)).join(',')).join(' ')} />
      {places.map(([x, y], i) => (
        <circle key={i} cx={x} cy={y} r={4} />
      ))}
    </g>
  )
}

export function HeardFigure({ answer }: { readonly answer: SpeechAnswer }) {
  const [figure, available] = useWidth<HTMLElement>(640)
  const { spectrogram, heard, seconds, shownSeconds } = answer
  const width = Math.max(120, available - left)
  const rows = heard === undefined ? 0 : heard.symbols.length * rowHeight
  const ticks = Array.from({ length: Math.floor(seconds / 0.2) + 1 }, (_, i) => i * 0.2).filter(
    (_, i, all) => i % Math.ceil(all.length / (width / 60)) === 0,
  )
  const step = heard === undefined ? 0 : (heard.stepSeconds / seconds) * width
  const at = (time: number): number => left + (time / seconds) * width
  return (
    <figure ref={figure} class="heard">
      <svg
        width={available}
        height={above}
        role="img"
        aria-label={heard === undefined ? 'No letters yet' : `Letters over the spectrogram: ${heard.text}`}
      >
        {heard?.letters.map(({ symbol, at: time }, i) => (
          <text key={i} x={at(time)} y={18} text-anchor="middle">
            {symbol === ' ' ? '_' : symbol}
          </text>
        ))}
      </svg>
      <div class="spectrogram">
        {spectrogram !== undefined && (
          <div class="frames" style={{ width: `${(shownSeconds / seconds) * width}px` }}>
            <PixelsCanvas
              pixels={spectrogram}
              label={`Spectrogram of ${seconds.toFixed(2)} seconds: time to the right, frequencies upwards`}
            />
          </div>
        )}
        <svg class="marks" width={available} height={high} aria-hidden="true">
          <text x={left - 6} y={14} text-anchor="end">
            4 kHz
          </text>
          <text x={left - 6} y={high - 4} text-anchor="end">
            60 Hz
          </text>
          {heard?.letters.map(({ at: time }, i) => (
            <line key={i} x1={at(time)} x2={at(time)} y1={0} y2={high} />
          ))}
        </svg>
      </div>
      {heard !== undefined && (
        <svg
          class="probabilities-of-letters"
          width={available}
          height={rows}
          role="img"
          aria-label={`How likely each of ${heard.symbols.length} symbols is at each of ${heard.steps} steps${heard.said === undefined ? '' : `, and the likeliest path of ${heard.said.text}`}`}
        >
          {heard.symbols.map((symbol, k) => (
            <g key={symbol}>
              <rect class="row" x={left} y={k * rowHeight + 1} width={width} height={rowHeight - 2} />
              <text x={left - 6} y={(k + 0.75) * rowHeight} text-anchor="end">
                {shownSymbol(symbol)}
              </text>
            </g>
          ))}
          {squaresOf(heard, step)}
          <Path heard={heard} step={step} />
        </svg>
      )}
      <svg width={available} height={22} aria-hidden="true">
        {ticks.map((time) => (
          <text key={time} x={at(time)} y={16} text-anchor={time === 0 ? 'start' : 'middle'}>
            {time.toFixed(1)} s
          </text>
        ))}
      </svg>
    </figure>
  )
}
