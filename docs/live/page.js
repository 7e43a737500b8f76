/** Brings the stills of a page to life: loads on a tap, then puts the view where the still was. */
import { model } from "./model.js"

const base = new URL("../../", import.meta.url)
const MEGABYTE = 1e6
const json = async path => (await fetch(new URL(path, base))).json()

let worker, asked = 0
const waiting = new Map()
const watching = new Set()

/** Ask the worker; it answers { picture } or { error }. */
function ask(question) {
  worker ??= new Worker(new URL("worker.js", import.meta.url), { type: "module" })
  worker.onmessage = ({ data }) => {
    if (data.loaded) return watching.forEach(watch => watch(data.loaded))
    waiting.get(data.id)(data)
    waiting.delete(data.id)
  }
  worker.onerror = event => {
    const error = { field: null, words: event.message || "The worker did not start." }
    waiting.forEach(done => done({ error }))
    waiting.clear()
    worker = undefined
  }
  const id = ++asked
  return new Promise(done => {
    waiting.set(id, done)
    worker.postMessage({ id, ...question })
  })
}

/** Wait until fetches pass through the service worker, which keeps them; not for long. */
async function kept() {
  const service = navigator.serviceWorker
  if (!service || service.controller) return
  const controlled = new Promise(done => service.addEventListener("controllerchange", done))
  await Promise.race([controlled, new Promise(done => setTimeout(done, 2000))])
}

const make = (tag, props, ...children) => {
  const el = Object.assign(document.createElement(tag), props)
  el.append(...children)
  return el
}

/** A button below the still, or the view at once where nothing large must be fetched for it. */
async function offer(still, explorer, { needs, bytes, said }) {
  const size = Math.ceil(bytes / MEGABYTE)
  const button = make("button", { type: "button", className: "btp-wake" })
  button.textContent = `Touch it here: ${size} MB, fetched once, computed on this device`
  const bar = make("progress", { max: bytes, hidden: true, ariaLabel: "Fetching the model" })
  const words = make("p", { className: "btp-wake-words", role: "status" })
  const place = make("div", { className: "btp-live" })
  still.closest(".output").after(place, make("div", { className: "btp-waking" }, button, bar, words))

  async function wake() {
    set(true, "")
    const watch = loaded => (bar.value = loaded)
    watching.add(watch)
    try {
      await kept()
      await live(still, explorer, needs, place)
      set(false, said)
      button.hidden = true
    } catch (/** @type {any} */ problem) {
      button.hidden = false
      set(false, `${problem.message} The picture stays; try again, or run the notebook.`)
    }
    watching.delete(watch)
  }
  const set = (busy, text) => {
    bar.hidden = !busy
    button.disabled = busy
    words.textContent = busy ? "Fetching and unpacking …" : text
  }
  button.addEventListener("click", wake)
  if (needs.length && !await isKept()) return
  button.hidden = true
  wake()
}

async function isKept() {
  const { versions } = await manifest
  const url = new URL(`model/body.onnx?v=${versions["body.onnx"]}`, base)
  return Boolean(await globalThis.caches?.match(url))
}

/** Draw what was computed here; the view hides the still itself. */
async function live(still, explorer, needs, place) {
  const [room] = explorer.split("/")
  const parts = await json(`explorers/${explorer}.json`)
  const first = parts.state.picture
  const compute = inputs => ask({ explorer, room, needs, first, inputs })
  const { picture, error } = await compute(parts.inputs)
  if (error) throw Error(error.words)
  const view = (await import(`../../helpers/${room}/view.js`)).default
  parts.state = { n: parts.inputs.n, picture, error: null }
  view.render({ model: model(parts, compute), el: place })
}

const manifest = json("manifest.json")

/** Let the service worker keep what this page had fetched before it was there. */
async function keep() {
  const there = await navigator.serviceWorker.ready
  const urls = performance.getEntriesByType("resource").map(one => one.name)
  there.active?.postMessage([location.href.split("#")[0], ...urls])
  navigator.serviceWorker.addEventListener("message", ({ data }) =>
    document.querySelectorAll(".btp-wake-words").forEach(one => one.append(` ${data}`)))
}

/** @param {string} root address of the site */
export async function begin(root) {
  const { explorers } = await manifest
  for (const still of document.querySelectorAll("[data-explorer]")) {
    const name = still.getAttribute("data-explorer") ?? ""
    offer(still, name, explorers[name])
  }
  if (navigator.serviceWorker) {
    await navigator.serviceWorker.register(new URL("service.js", root))
    keep()
  }
}
