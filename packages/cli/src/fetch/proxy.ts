/** Proxies as the environment names them. */
import * as http from 'node:http'

const named = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']

let isSet = false

/**
 * Lets `fetch` go through the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, which Node does by itself only where NODE_USE_ENV_PROXY
 * is 1 or it is started with --use-env-proxy. Older versions of Node (before 25.4) cannot be told so later; then gives what is to be said of it.
 */
export function useProxies(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const variable = named.find((name) => environment[name])
  if (variable === undefined || environment['NODE_USE_ENV_PROXY'] === '1') return undefined
  if (typeof http.setGlobalProxyFromEnv !== 'function')
    return `${variable} is set, but Node ${process.versions.node} uses it only with NODE_USE_ENV_PROXY=1`
  if (!isSet) http.setGlobalProxyFromEnv()
  isSet = true
  return undefined
}
