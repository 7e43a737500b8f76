/** Both tokenizers of the page on texts that Python has cut; prints those that differ, as JSON. */
import { readFileSync } from "node:fs"

import { bytePairs } from "../../docs/live/bpe.js"
import { wordPiece } from "../../docs/live/wordpiece.js"

const { kind, learned, texts, expected } = JSON.parse(readFileSync(process.env.GIVEN, "utf8"))
const tokenize = kind === "bpe" ? bytePairs(learned) : wordPiece(learned)
const cut = text => tokenize(text).map(({ id, start, end }) => [id, start, end])
const differ = texts.filter((text, i) => JSON.stringify(cut(text)) !== JSON.stringify(expected[i]))
console.log(JSON.stringify(differ))
