/** One text cut by WordPiece and by byte-level BPE, each token below its characters: as helpers/tokenizer/explorer.py. */
import { bytePairs } from "../bpe.js"
import { readable } from "../refused.js"

const MOST = 48 // tokens of a text that are drawn
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

export default function tokenizer({ read, record }) {
  const pairs = record("bpe.json").then(learned => [bytePairs(learned), learned.special])
  return async ({ text }) => {
    const [tokenize, special] = await pairs
    const characters = [...readable(text, "text")]
    const rows = [
      { name: "WordPiece", ...cut(characters, read([text], Infinity), SPECIAL) },
      { name: "byte-level BPE", ...cut(characters, tokenize(text), special) },
    ]
    return { characters: characters.length, bytes: new TextEncoder().encode(text).length, rows }
  }
}

/** The text from left to right as a tokenizer cuts it: pieces of characters, with their tokens. */
function cut(characters, tokens, special) {
  const own = tokens.filter(one => one.part !== null)
  const drawn = own.slice(0, MOST)
  const length = own.length > MOST ? Math.max(...drawn.map(one => one.end)) : characters.length
  const cell = ({ token, id, start, end }) =>
    ({ token, id, start, end, special: special.includes(token) })
  const frame = (start, end, of) =>
    ({ text: short(characters.slice(start, end)), start, end, tokens: of.map(cell) })
  const added = tokens.filter(one => one.part === null)
    .map(one => ({ ...frame(0, 0, [one]), added: true }))
  const inner = pieces(length, drawn).map(piece => frame(...piece))
  const drawnAll = [...added.slice(0, 1), ...inner, ...added.slice(1)]
  return { own: own.length, added: added.length, most: MOST, pieces: drawnAll }
}

/** [start, end, tokens], without gaps; tokens that share a character are in one piece.
 * @returns {any[]} */
function pieces(length, tokens) {
  const found = /** @type {any[]} */ ([])
  let position = 0
  for (const token of tokens) {
    const { start, end } = token
    if (start < position) {
      const [first, last, others] = found.pop()
      found.push([first, Math.max(end, last), [...others, token]])
    } else {
      if (start > position) found.push([position, start, []])
      found.push([start, end, [token]])
    }
    position = found.at(-1)[1]
  }
  return position < length ? [...found, [position, length, []]] : found
}

/** The text, or both its ends and how much is between them. */
function short(characters) {
  const text = list => list.join("")
  const between = (characters.length - 32).toLocaleString("en")
  return characters.length <= 48 ? text(characters)
    : `${text(characters.slice(0, 24))} … ${between} characters … ${text(characters.slice(-8))}`
}
