/** The list of pages, and what acts on the page that is shown. */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { address } from './address.ts'
import { pages } from './pages.ts'
import { theme, view } from './preferences.ts'
import { shownState } from './shown-state.ts'

const copied = signal(false)

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(location.href)
  copied.value = true
  setTimeout(() => {
    copied.value = false
  }, 2000)
}

/** Undo and redo by keyboard, but for fields that undo what is typed. */
function undoByKeyboard(event: KeyboardEvent): void {
  const typing =
    event.target instanceof HTMLElement && event.target.closest('input[type=text], textarea, [contenteditable]')
  if (typing || event.altKey || !(event.ctrlKey || event.metaKey)) return
  const key = event.key.toLowerCase()
  const state = shownState.peek()
  if (state === undefined || (key !== 'z' && key !== 'y')) return
  event.preventDefault()
  if (key === 'y' || event.shiftKey) state.redo()
  else state.undo()
}

function StateButtons() {
  const state = shownState.value
  if (state === undefined) return null
  return (
    <div class="state-buttons" role="group" aria-label="State of this page">
      <button type="button" onClick={() => state.undo()} disabled={!state.canUndo.value} title="Undo (Ctrl+Z)">
        <Icon name="undo" />
        <span class="wide-only">Undo</span>
      </button>
      <button type="button" onClick={() => state.redo()} disabled={!state.canRedo.value} title="Redo (Ctrl+Y)">
        <Icon name="redo" />
        <span class="wide-only">Redo</span>
      </button>
      <button
        type="button"
        onClick={() => state.reset()}
        disabled={state.query.value === ''}
        title="Reset all settings"
      >
        <Icon name="reset" />
        <span class="wide-only">Reset</span>
      </button>
      <button type="button" onClick={copyLink} title="Copy a link to this state">
        <Icon name="link" />
        <span class="wide-only">{copied.value ? 'Copied' : 'Copy link'}</span>
      </button>
      <span class="unseen" role="status">
        {copied.value ? 'Link copied' : ''}
      </span>
    </div>
  )
}

const nextTheme = { system: 'light', light: 'dark', dark: 'system' } as const

/** The drawing of public/icon.svg, which as a picture would be a document of its own, and slow to open. */
const Mark = () => (
  <svg viewBox="0 0 64 64" width="28" height="28" aria-hidden="true">
    <rect width="64" height="64" rx="14" fill="#2563eb" />
    <path d="M16 20 34 32M16 44 34 32M34 32h16" fill="none" stroke="#fff" stroke-width="3" />
    <path d="M16 14a6 6 0 1 0 .01 0M16 38a6 6 0 1 0 .01 0M35 24a8 8 0 1 0 .01 0M51 28a4 4 0 1 0 .01 0" fill="#fff" />
  </svg>
)

export function Header() {
  useEffect(() => {
    addEventListener('keydown', undoByKeyboard)
    return () => removeEventListener('keydown', undoByKeyboard)
  }, [])
  const { page: shown } = address.value
  const list = useRef<HTMLElement>(null)
  // On a narrow window the list scrolls; the page that is shown is in its middle then. The buttons of its state take their room when it has loaded.
  const buttons = shownState.value !== undefined
  useEffect(() => {
    const link = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (link) list.current!.scrollLeft = link.offsetLeft - (list.current!.clientWidth - link.offsetWidth) / 2
  }, [shown, buttons])
  return (
    <header class="top">
      <a class="home" href="#/" aria-current={shown === '' ? 'page' : undefined}>
        <Mark />
        <span>Gentle studio</span>
      </a>
      <nav aria-label="Pages" ref={list}>
        <ol>
          {pages.map(({ name, title, label = title }) => (
            <li key={name}>
              <a href={`#/${name}`} aria-current={name === shown ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div class="tools">
        <StateButtons />
        <button
          type="button"
          aria-pressed={view.value === 'class'}
          onClick={() => {
            view.value = view.value === 'class' ? 'self' : 'class'
          }}
          title="Large type, for a class"
        >
          <Icon name="class" />
          <span class="unseen">For a class</span>
        </button>
        <button
          type="button"
          onClick={() => {
            theme.value = nextTheme[theme.value]
          }}
          title={`Colours: ${theme.value}`}
        >
          <Icon name={theme.value} />
          <span class="unseen">Colours: {theme.value}</span>
        </button>
      </div>
    </header>
  )
}
