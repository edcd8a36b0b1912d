import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

/** One of some names, and what each is called. */
export interface ChoiceProps<Name extends string> {
  readonly label: string
  readonly value: Signal<Name>
  readonly options: Readonly<Record<Name, string>>
  readonly disabled?: boolean
}

/** One of a few, all of them seen. */
export function Choice<Name extends string>({ label, value, options, disabled }: ChoiceProps<Name>) {
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
