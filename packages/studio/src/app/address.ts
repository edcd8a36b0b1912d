/** The address of what is shown: `#/perceptron?seed=2`. What a page computes stays in the fragment, which no browser sends anywhere. */
import { signal } from '@preact/signals'

export interface Address {
  /** Of the page; '' is the overview. */
  readonly page: string
  readonly query: string
}

/** Takes a fragment apart. */
export function parseAddress(fragment: string): Address {
  const [, page = '', query = ''] = /^#?\/?([^?]*)(?:\?(.*))?$/s.exec(fragment) ?? []
  return { page, query }
}

export const formatAddress = ({ page, query }: Address): string => `#/${page}${query === '' ? '' : `?${query}`}`

/** The address that is shown, as the browser has it. */
export const address = signal<Address>(parseAddress(location.hash))

addEventListener('hashchange', () => {
  address.value = parseAddress(location.hash)
})

/** Changes the address without a new entry in the browser's history: a page's state has an undo of its own. */
export function replaceAddress(next: Address): void {
  if (formatAddress(next) === formatAddress(address.peek())) return
  history.replaceState(null, '', formatAddress(next))
  address.value = next
}
