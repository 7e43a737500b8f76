/** A second visit without a network: what was fetched once is kept, and the newest is asked for. */
const KEPT = "behind-the-pipeline"
const FULL = "There is no room here to keep the model: the next visit will fetch it again."
const own = url => url.startsWith(self.registration.scope)

self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()))
self.addEventListener("message", ({ data }) => data.filter(own).forEach(url => answer(new Request(url))))
self.addEventListener("fetch", event => {
  const { method, url } = event.request
  if (method === "GET" && own(url)) event.respondWith(answer(event.request))
})

/** An address that names a version (?v=…) is answered from what is kept, others if nobody answers. */
async function answer(request) {
  const cache = await caches.open(KEPT)
  const known = await cache.match(request)
  if (known && new URL(request.url).search) return known
  try {
    const response = await fetch(request)
    if (response.ok) keep(cache, request, response.clone())
    return response
  } catch (problem) {
    if (known) return known
    throw problem
  }
}

/** Keep it in the place of older versions. */
async function keep(cache, request, response) {
  try {
    await cache.delete(request, { ignoreSearch: true })
    await cache.put(request, response)
  } catch {
    for (const page of await self.clients.matchAll()) page.postMessage(FULL)
  }
}
