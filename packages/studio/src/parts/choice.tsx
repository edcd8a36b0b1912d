import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

/** One of a few, all of them seen. */
export function Choice<Name extends string>({
  label,
  value,
  options,
  disabled,
}: {
  readonly label: string
  readonly value: Signal<Name>
  readonly options: Readonly<Record<Name, string>>
  readonly disabled?: boolean
}) {
  const group = useId()
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend>{label}</legend>
      <div>
        {(Object.entries(options) as [Name, string][]).map(([name, text]) => (
          <label key={name}>
            <input
              type="radio"
              name={group}
              value={name}
              checked={value.value === name}
              onChange={() => {
                value.value = name
              }}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
