/** The same in Octave, to be copied. */
import type { ReadonlySignal } from '@preact/signals'

export function OctaveLines({ lines }: { readonly lines: ReadonlySignal<string> }) {
  return (
    <details class="code-box octave" open>
      <summary>The same in Octave</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre tabIndex={0}>
        <code>{lines.value}</code>
      </pre>
    </details>
  )
}
