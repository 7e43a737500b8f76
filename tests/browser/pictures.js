/** What rooms of the page make of inputs, in Node, by the built model; GIVEN: [[explorer, first, inputs], …]. */
import { readFileSync, writeFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

import { engine } from "../../docs/live/engine.js"
import { encode, wordPiece } from "../../docs/live/wordpiece.js"

const live = new URL("../../build/site/live/", import.meta.url)
const load = async name => new Uint8Array(gunzipSync(readFileSync(new URL(`model/${name}`, live))))
const text = async name => new TextDecoder().decode(await load(name))
const { labels } = JSON.parse(readFileSync(new URL("manifest.json", live), "utf8"))
const ort = await import(new URL("ort.js", live).href)
ort.env.wasm.numThreads = 1
const vocabulary = (await text("vocabulary.txt")).split("\n")
const tokenize = wordPiece(vocabulary)
const tools = {
  limit: 512,
  labels,
  tokenize,
  record: async name => JSON.parse(await text(name)),
  read: (texts, limit = 512, shorten = 0) => encode(tokenize, texts, limit, shorten),
  idOf: token => vocabulary.indexOf(token),
  nameOf: id => vocabulary[id],
  ...engine(ort, load, async () => (ort.env.wasm.wasmBinary = await load("ort.wasm"))),
}
const made = []
for (const [explorer, first, inputs] of JSON.parse(readFileSync(process.env.GIVEN, "utf8"))) {
  const room = await import(`../../docs/live/rooms/${explorer.split("/")[0]}.js`)
  try {
    made.push({ picture: await room.default(tools, first)(inputs) })
  } catch (problem) {
    made.push({ error: { field: problem.field ?? null, words: problem.message } })
  }
}
writeFileSync(process.env.MADE, JSON.stringify(made))
