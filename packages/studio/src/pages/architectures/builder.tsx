/** The list of layers that somebody builds. */
import type { Signal } from '@preact/signals'
import { Icon } from '../../parts/icon.tsx'
import { quantity, shapeText } from '../../parts/quantity.ts'
import { type BuilderLayer, type KindName, kindNamed, layersFrom, maxLayers, newLayer, presets } from './layers.ts'
import type { BuiltRow } from './open-network.ts'

export interface InputSize {
  readonly channels: Signal<number>
  readonly height: Signal<number>
  readonly width: Signal<number>
}

export interface BuilderProps {
  readonly layers: Signal<readonly BuilderLayer[]>
  readonly size: InputSize
  /** What each layer comes to; fewer than there are layers while it is computed. */
  readonly rows: readonly BuiltRow[]
}

interface WholeNumberProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly onChange: (value: number) => void
}

/** A whole number that is typed; what is none stays in its field, and the browser says why. */
function WholeNumber({ label, value, min, max, onChange }: WholeNumberProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        {...{ value, min, max, required: true }}
        onInput={({ currentTarget }) => {
          if (currentTarget.validity.valid) onChange(currentTarget.valueAsNumber)
        }}
        onChange={({ currentTarget }) => currentTarget.reportValidity()}
      />
    </label>
  )
}

export function Builder({ layers, size, rows }: BuilderProps) {
  const list = layers.value
  const change = (at: number, layer: BuilderLayer): void => {
    layers.value = list.with(at, layer)
  }
  const move = (at: number, to: number): void => {
    layers.value = list.with(at, list[to]).with(to, list[at])
  }
  return (
    <section class="builder" aria-label="Builder">
      <div class="presets" role="group" aria-label="Networks to begin with">
        {Object.entries(presets).map(([name, { input, layers: text }]) => (
          <button
            key={name}
            type="button"
            onClick={() => {
              const [channels, height, width] = input.split(',').map(Number)
              size.channels.value = channels
              size.height.value = height
              size.width.value = width
              layers.value = layersFrom(text)
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <fieldset class="numbers">
        <legend>Input</legend>
        {(['channels', 'height', 'width'] as const).map((name) => (
          <WholeNumber
            key={name}
            label={name}
            value={size[name].value}
            min={1}
            max={1024}
            onChange={(value) => {
              size[name].value = value
            }}
          />
        ))}
      </fieldset>
      <ol>
        {list.map(({ kind, values }, at) => (
          <li key={at} class={rows[at]?.problem === undefined ? '' : 'broken'}>
            <div class="row">
              <select
                aria-label={`Layer ${at + 1}`}
                value={kind}
                onChange={({ currentTarget }) => change(at, newLayer(currentTarget.value as KindName))}
              >
                {(Object.keys(kindNamed) as KindName[]).map((name) => (
                  <option key={name} value={name}>
                    {kindNamed[name].title}
                  </option>
                ))}
              </select>
              <button type="button" class="small" disabled={at === 0} title="Up" onClick={() => move(at, at - 1)}>
                ↑<span class="unseen">Layer {at + 1} up</span>
              </button>
              <button
                type="button"
                class="small"
                disabled={at === list.length - 1}
                title="Down"
                onClick={() => move(at, at + 1)}
              >
                ↓<span class="unseen">Layer {at + 1} down</span>
              </button>
              <button
                type="button"
                class="small"
                disabled={list.length >= maxLayers}
                title="Add one like it below"
                onClick={() => {
                  layers.value = list.toSpliced(at + 1, 0, list[at])
                }}
              >
                <Icon name="copy" />
                <span class="unseen">Add one like layer {at + 1}</span>
              </button>
              <button
                type="button"
                class="small"
                title="Remove"
                onClick={() => {
                  layers.value = list.toSpliced(at, 1)
                }}
              >
                <Icon name="remove" />
                <span class="unseen">Remove layer {at + 1}</span>
              </button>
            </div>
            {values.length > 0 && (
              <div class="numbers">
                {kindNamed[kind].settings.map(({ label, min, max }, i) => (
                  <WholeNumber
                    key={label}
                    {...{ label, min, max }}
                    value={values[i]}
                    onChange={(value) => change(at, { kind, values: values.with(i, value) })}
                  />
                ))}
              </div>
            )}
            <Outcome row={rows[at]} />
          </li>
        ))}
      </ol>
      <button
        type="button"
        disabled={list.length >= maxLayers}
        onClick={() => {
          layers.value = [...list, newLayer('conv')]
        }}
      >
        <Icon name="add" /> Add a layer
      </button>
    </section>
  )
}

function Outcome({ row }: { readonly row: BuiltRow | undefined }) {
  if (row?.problem !== undefined) return <p class="problem">{row.problem}</p>
  if (row?.outputShape === undefined) return <p class="outcome">…</p>
  return (
    <p class="outcome">
      → {shapeText(row.outputShape)}
      {row.parameters! > 0 && ` · ${quantity(row.parameters!)} parameters`}
      {row.macs! > 0 && ` · ${quantity(row.macs!)} multiply-adds`}
    </p>
  )
}
