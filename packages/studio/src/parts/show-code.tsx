import { type ReadonlySignal, useSignal } from '@preact/signals'
import { Icon } from './icon.tsx'

/**
 * The program that computes what the page shows, with the page's present settings. It runs as it stands: `npm i gentle-dl`, `node program.ts`.
 */
export function ShowCode({ program }: { readonly program: ReadonlySignal<string> }) {
  const copied = useSignal(false)
  return (
    <details class="code-box show-code">
      <summary>Show code</summary>
      <p>
        This program computes what you see, with your settings: <code>npm i gentle-dl</code>, then{' '}
        <code>node program.ts</code>.
      </p>
      <button
        type="button"
        onClick={async () => {
          await navigator.clipboard.writeText(program.value)
          copied.value = true
          setTimeout(() => {
            copied.value = false
          }, 2000)
        }}
      >
        <Icon name="copy" />
        {copied.value ? 'Copied' : 'Copy'}
      </button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre tabIndex={0}>
        <code>{program.value}</code>
      </pre>
    </details>
  )
}
