import { signal } from '@preact/signals'
import type { PageState } from './page-state.ts'

/** The state of the page that is shown, which the header acts on; undefined on pages without one. */
export const shownState = signal<PageState | undefined>(undefined)
