/** The frame of all pages: where one is, where one can go, and what can be undone. */
import { effect, signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks'
import { Notice } from '../parts/notice.tsx'
import { useEarlyFiles, useRefusedFiles } from '../parts/use-dropped-files.ts'
import { address } from './address.ts'
import { Failure } from './failure.tsx'
import { Header } from './header.tsx'
import { singleThreaded } from './isolation.ts'
import { Overview } from './overview.tsx'
import { type Page, pages } from './pages.ts'
import { view } from './preferences.ts'
import { shownState } from './shown-state.ts'
import { Walk } from './walk.tsx'

type Loaded =
  | { readonly page: Page; readonly component: ComponentType }
  | { readonly page: Page; readonly error: unknown }

const loaded = signal<Loaded | undefined>(undefined)

async function load(page: Page): Promise<void> {
  try {
    const { default: component } = await page.load()
    if (address.peek().page === page.name) loaded.value = { page, component }
  } catch (error) {
    if (address.peek().page === page.name) loaded.value = { page, error }
  }
}

/** Loads the page of the address, the first one while the frame is still to be drawn; done when that is shown. */
export const firstLoaded = new Promise<void>((resolve) => {
  effect(() => {
    const { page: name } = address.value
    const page = pages.find((each) => each.name === name)
    if (page === undefined) resolve()
    else if (loaded.peek()?.page !== page) void load(page).then(resolve)
  })
})

function Loading({ title }: { readonly title: string }) {
  useEarlyFiles()
  return <p class="loading">Loading {title} ...</p>
}

/** A page, or why it cannot be shown. */
function Guarded({ page, component: Component }: { readonly page: Page; readonly component: ComponentType }) {
  const [error] = useErrorBoundary()
  return error === undefined ? <Component /> : <Failure error={error} what={`the page ${page.title}`} />
}

function Shown() {
  const { page: name } = address.value
  const page = pages.find((each) => each.name === name)
  if (name === '') return <Overview />
  if (page === undefined)
    return <Notice kind="error">The studio has no page '{name.slice(0, 60)}'. Choose one from the list.</Notice>
  const { value } = loaded
  if (value?.page !== page) return <Loading title={page.title} />
  if ('error' in value) return <Failure error={value.error} what={`the page ${page.title}`} />
  return (
    <>
      <h1>{page.title}</h1>
      {singleThreaded.value !== '' && <Notice kind="note">{singleThreaded.value}</Notice>}
      {shownState.value?.problems.value.map((problem) => (
        <Notice key={problem} kind="warning">
          In the address, {problem}.
        </Notice>
      ))}
      <Guarded key={page.name} page={page} component={value.component} />
    </>
  )
}

export function Studio() {
  const main = useRef<HTMLElement>(null)
  const { page: name } = address.value
  const first = useRef(true)
  useRefusedFiles()
  // A fragment is the address of a page here, so the browser's own way to '#main' is closed.
  const toMain = (event: Event): void => {
    event.preventDefault()
    main.current?.focus()
  }
  const page = pages.find((each) => each.name === name)
  useEffect(() => {
    document.title = page === undefined ? 'Gentle studio' : `${page.title} · Gentle studio`
    // Who goes to another page by keyboard or hears it read is at its beginning then, not in the list of pages.
    if (!first.current) main.current?.focus({ preventScroll: true })
    first.current = false
    scrollTo(0, 0)
  }, [name])
  return (
    <div class={`studio ${view.value === 'class' ? 'for-class' : ''}`}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link is what skips to the page for who goes by keyboard */}
      <a class="skip" href="#main" onClick={toMain}>
        Skip to the page
      </a>
      <Header />
      {/* The scope of the page's own styles: those of pages seen before stay in the document. */}
      <main id="main" ref={main} tabIndex={-1} class={page === undefined ? '' : `page-${page.name}`}>
        <Shown />
      </main>
      <Walk />
    </div>
  )
}
