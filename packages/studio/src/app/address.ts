/** The address of what is shown: `#/perceptron?seed=2`. What a page computes stays in the fragment, which no browser sends anywhere. */
import { signal } from '@preact/signals'
import { withoutToken } from './server-token.ts'

export interface Address {
  /** Of the page; '' is the overview. */
  readonly page: string
  readonly query: string
}

/** Takes a fragment apart. */
function parseAddress(fragment: string): Address {
  const [, page = '', query = ''] = /^#?\/?([^?]*)(?:\?(.*))?$/s.exec(fragment) ?? []
  return { page, query }
}

const formatAddress = ({ page, query }: Address): string => `#/${page}${query === '' ? '' : `?${query}`}`

/** The address as the browser has it, but for a token, which is taken out of it. */
function present(): Address {
  const whole = parseAddress(location.hash)
  const shown = { ...whole, query: withoutToken(whole.query) }
  if (shown.query !== whole.query) history.replaceState(null, '', formatAddress(shown))
  return shown
}

/** The address that is shown. */
export const address = signal<Address>(present())

addEventListener('hashchange', () => {
  address.value = present()
})

/**
 * Changes the state in the address of a page without a new entry in the browser's history: a page's state has an undo of its own. Where somebody has gone on
 * to another page, which may still be loading, the address stays that of the other.
 */
export function replaceAddress(next: Address): void {
  if (parseAddress(location.hash).page !== next.page || formatAddress(next) === formatAddress(address.peek())) return
  history.replaceState(null, '', formatAddress(next))
  address.value = next
}
