/** Test digits to choose from, by mouse or keyboard. */
import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { greyPixels } from '../../engine/pixels.ts'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import type { TestDigit } from './session.ts'

export function DigitRow({
  row,
  digit,
  drawing,
}: {
  readonly row: readonly TestDigit[]
  readonly digit: Signal<number>
  readonly drawing: Signal<readonly (readonly number[])[]>
}) {
  const pictures = useMemo(() => row.map(({ pixels }) => greyPixels(pixels)), [row])
  return (
    <div class="digit-row" role="group" aria-label="Test digits">
      {row.map(({ label }, i) => (
        <button
          key={i}
          type="button"
          aria-pressed={drawing.value.length === 0 && digit.value === i}
          aria-label={`Test digit ${i + 1} of ${row.length}, a ${label}`}
          onClick={() => {
            drawing.value = []
            digit.value = i
          }}
        >
          <PixelsCanvas pixels={pictures[i]} />
        </button>
      ))}
    </div>
  )
}
