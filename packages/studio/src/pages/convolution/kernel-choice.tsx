/** The kernel: one with a name, its size, its weights. */
import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { Counts } from '../../parts/counts.tsx'
import { maxKernel, presetOf, presets, presetTitles, type Rows, resized } from './kernel.ts'
import { KernelEditor } from './kernel-editor.tsx'

export function KernelChoice({ kernel }: { readonly kernel: Signal<Rows> }) {
  const id = useId()
  const preset = presetOf(kernel.value) ?? ''
  const [rows, columns] = [kernel.value.length, kernel.value[0].length]
  return (
    <>
      <div class="select">
        <label for={id}>Preset</label>
        <select
          id={id}
          value={preset}
          onChange={({ currentTarget: { value: name } }) => {
            if (name !== '') kernel.value = presets[name]
          }}
        >
          {preset === '' && <option value="">your own</option>}
          {Object.entries(presetTitles).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <KernelEditor kernel={kernel} />
      <Counts
        label="Size"
        counts={{ rows, columns }}
        max={maxKernel}
        onChange={(side, count) => {
          kernel.value = side === 'rows' ? resized(kernel.value, count, columns) : resized(kernel.value, rows, count)
        }}
      />
    </>
  )
}
