import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

export interface SliderProps {
  readonly label: string
  readonly value: Signal<number>
  readonly min: number
  readonly max: number
  readonly step?: number
  /** Equal ways for equal factors; `min` is above 0 then. */
  readonly logarithmic?: boolean
  readonly disabled?: boolean
  readonly format?: (value: number) => string
}

const logarithmicSteps = 100

/** A number that is slid, and shown. */
export function Slider({ label, value, min, max, step = 1, logarithmic, disabled, format = String }: SliderProps) {
  const id = useId()
  const ratio = Math.log(max / min)
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{format(value.value)}</output>
      <input
        id={id}
        type="range"
        min={logarithmic ? 0 : min}
        max={logarithmic ? logarithmicSteps : max}
        step={logarithmic ? 1 : step}
        value={logarithmic ? Math.round((logarithmicSteps * Math.log(value.value / min)) / ratio) : value.value}
        aria-valuetext={format(value.value)}
        disabled={disabled}
        onInput={({ currentTarget: { valueAsNumber } }) => {
          value.value = logarithmic
            ? Number((min * Math.exp((ratio * valueAsNumber) / logarithmicSteps)).toPrecision(2))
            : valueAsNumber
        }}
      />
    </div>
  )
}
