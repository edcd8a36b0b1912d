// Answers from what is kept, else from the network, and keeps that; `studio` (version, files, headers) stands before this in the build.

const own = `gentle-studio-${studio.version}`

// At once: on a host without the headers the page waits for it to be loaded again with them.
addEventListener('install', () => skipWaiting())

addEventListener('activate', (event) => event.waitUntil(clients.claim()))

/** Keeps all files, one after the other, so that the page that is shown meanwhile has the machine; then what an older studio kept is of no use. */
async function keep() {
  const cache = await caches.open(own)
  const kept = new Set((await cache.keys()).map(({ url }) => url))
  for (const file of studio.files) if (!kept.has(new URL(file, location).href)) await cache.add(file)
  for (const name of await caches.keys())
    if (name.startsWith('gentle-studio-') && name !== own) await caches.delete(name)
}

// The page says when it rests.
addEventListener('message', (event) => {
  if (event.data === 'keep') event.waitUntil(keep())
})

/** The answer with the headers of the studio's server, which a static host may not send. */
function withHeaders(response) {
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(studio.headers)) headers.set(name, value)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

async function answer(request) {
  const cache = await caches.open(own)
  const kept = await cache.match(request, { ignoreSearch: true })
  if (kept !== undefined) return withHeaders(kept)
  try {
    const response = await fetch(request)
    if (response.status === 200) await cache.put(request, response.clone())
    return withHeaders(response)
  } catch (error) {
    // Without a network an older studio that was kept whole is better than half of this one.
    const older = await caches.match(request, { ignoreSearch: true })
    if (older !== undefined) return withHeaders(older)
    throw error
  }
}

addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  // Runs are looked at while they are written.
  if (request.method === 'GET' && origin === location.origin && !pathname.includes('/api/'))
    event.respondWith(answer(request))
})
