/** How somebody likes to see the studio, kept by the browser where it allows that. */
import { effect, type Signal, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

function remembered<Value extends string>(name: string, values: readonly Value[]): Signal<Value> {
  let stored: string | null = null
  try {
    stored = localStorage.getItem(name)
  } catch {
    // A browser that keeps nothing for this page still shows it.
  }
  const chosen = signal(values.find((value) => value === stored) ?? values[0])
  effect(() => {
    const { value } = chosen
    document.documentElement.dataset[name] = value
    try {
      localStorage.setItem(name, value)
    } catch {}
  })
  return chosen
}

/** Light, dark, or as the system is. */
export const theme = remembered<Theme>('theme', ['system', 'light', 'dark'])

/** `class` is large type and no distractions, for a wall that many people look at. */
export const view = remembered('view', ['self', 'class'])
