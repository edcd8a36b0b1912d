/** What the studio's server tells only to who was given its address: `gentle studio --runs` prints one with a token. */
import { signal } from '@preact/signals'

const name = 'server-token'

function kept(): string {
  try {
    return sessionStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}

/** The token of this tab; '' where there is none. */
export const serverToken = signal(kept())

/** A query without its token, which is kept for the tab: so it is in no link that somebody passes on. */
export function withoutToken(query: string): string {
  const parameters = new URLSearchParams(query)
  const token = parameters.get('token')
  if (token === null || !/^[\w-]{16,100}$/.test(token)) return query
  serverToken.value = token
  try {
    sessionStorage.setItem(name, token)
  } catch {
    // A browser that keeps nothing has it until the page is loaded again.
  }
  parameters.delete('token')
  return parameters.toString()
}
