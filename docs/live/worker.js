/** Where the model computes: a worker, so that a long text holds up nothing on the page. */
import { engine } from "./engine.js"
import { encode, wordPiece } from "./wordpiece.js"

const LIMIT = 512 // tokens of a text
const base = new URL("../../", import.meta.url)
const manifest = fetch(new URL("manifest.json", base)).then(response => response.json())
const fetched = new Map()
let loaded = 0

/** A file of the model, unpacked where it is packed: gzip's own sum finds what was cut or changed. */
async function fetchFile(name) {
  const { versions } = await manifest
  const response = await fetch(new URL(`model/${name}?v=${versions[name]}`, base))
  if (!response.ok) throw Error(`${name} did not come: the server says ${response.status}.`)
  const chunks = []
  for await (const chunk of parts(response.body)) {
    chunks.push(chunk)
    postMessage({ loaded: (loaded += chunk.length) })
  }
  const packed = new Blob(chunks)
  const [a, b] = new Uint8Array(await packed.slice(0, 2).arrayBuffer())
  if (a !== 0x1f || b !== 0x8b) return new Uint8Array(await packed.arrayBuffer())
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function* parts(body) {
  const reader = body.getReader()
  for (let next; !(next = await reader.read()).done; ) yield next.value
}

/** A file is fetched once; one that failed is asked for again at the next try. */
function load(name) {
  if (!fetched.has(name)) fetched.set(name, fetchFile(name))
  fetched.get(name).catch(() => fetched.delete(name))
  return fetched.get(name)
}

/** What rooms compute with. */
async function tools() {
  const ort = await import(new URL("ort.js", base).href)
  ort.env.wasm.numThreads = 1
  const { labels } = await manifest
  const vocabulary = new TextDecoder().decode(await load("vocabulary.txt")).split("\n")
  const tokenize = wordPiece(vocabulary)
  return {
    limit: LIMIT,
    labels,
    record: async name => JSON.parse(new TextDecoder().decode(await load(name))),
    tokenize,
    read: (texts, limit = LIMIT, shorten = 0) => encode(tokenize, texts, limit, shorten),
    idOf: token => vocabulary.indexOf(token),
    nameOf: id => vocabulary[id],
    ...engine(ort, load, async () => (ort.env.wasm.wasmBinary = await load("ort.wasm"))),
  }
}

let shared
const rooms = new Map()

/** The room's function inputs → picture; its model is loaded before it is given back.
 * @param {any} how */
async function open({ room, needs, first }) {
  const module = await import(`./rooms/${room}.js`)
  shared ??= tools()
  shared.catch(() => (shared = undefined))
  const given = await shared
  await given.ready(needs)
  return module.default(given, first)
}

/** @param {any} question */
async function answer({ id, explorer, inputs, ...how }) {
  try {
    if (!rooms.has(explorer)) rooms.set(explorer, await open(how))
    postMessage({ id, picture: await rooms.get(explorer)(inputs) })
  } catch (/** @type {any} */ problem) {
    postMessage({ id, error: { field: problem.field ?? null, words: problem.message } })
  }
}

let queue = Promise.resolve() // one at a time: a session can't run twice at once
onmessage = ({ data }) => (queue = queue.then(() => answer(data)))
