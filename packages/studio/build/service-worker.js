// Answers from what is kept, else from the network, and keeps that; `studio` (version, files, headers) stands before this in the build.

const own = `gentle-studio-${studio.version}`

/** One after the other, so that the page that is shown meanwhile has the machine. */
async function keep(files) {
  const cache = await caches.open(own)
  for (const file of files) await cache.add(file)
}

addEventListener('install', (event) => {
  event.waitUntil(keep(studio.files))
  skipWaiting()
})

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('gentle-studio-') && name !== own
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  )
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
  const response = await fetch(request)
  if (response.status === 200) await cache.put(request, response.clone())
  return withHeaders(response)
}

addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  // Runs are looked at while they are written.
  if (request.method === 'GET' && origin === location.origin && !pathname.includes('/api/'))
    event.respondWith(answer(request))
})
