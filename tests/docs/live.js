/** The built model in Node, read from the disk: what the worker has, without a worker. */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

import { engine } from "../../docs/live/engine.js"
import { encode, wordPiece } from "../../docs/live/wordpiece.js"

const live = new URL("../../build/site/live/", import.meta.url)
const load = async name => new Uint8Array(gunzipSync(readFileSync(new URL(`model/${name}`, live))))
export const manifest = JSON.parse(readFileSync(new URL("manifest.json", live), "utf8"))
export const parts = name => JSON.parse(readFileSync(new URL(`explorers/${name}.json`, live), "utf8"))

export async function tools() {
  const ort = await import(new URL("ort.js", live).href)
  ort.env.wasm.numThreads = 1
  const vocabulary = new TextDecoder().decode(await load("vocabulary.txt")).split("\n")
  const tokenize = wordPiece(vocabulary)
  return {
    limit: 512,
    labels: manifest.labels,
    record: async name => JSON.parse(new TextDecoder().decode(await load(name))),
    tokenize,
    read: (texts, limit = 512, shorten = 0) => encode(tokenize, texts, limit, shorten),
    idOf: token => vocabulary.indexOf(token),
    nameOf: id => vocabulary[id],
    ...engine(ort, load, async () => (ort.env.wasm.wasmBinary = await load("ort.wasm"))),
  }
}
