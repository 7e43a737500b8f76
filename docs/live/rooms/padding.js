/** Two sentences in one batch, and what its pads do: as helpers/padding/explorer.py. */
import { unpacked } from "../engine.js"
import { readable, remembering, unread } from "../refused.js"

const LIMIT = 16 // ids of a sentence, special tokens included

export default function padding({ read, nameOf, body, head, logits, labels }) {
  const alone = remembering(64, async ids => (await logits("sentiment", [ids]))[0])

  /** Sequences of ids filled up with pads (0) to `length`; then the same of 1 and 0. */
  const pad = (sequences, length, side) => [
    row => row,
    row => row.map(() => 1),
  ].map(what => sequences.map(row => {
    const pads = Array(length - row.length).fill(0)
    return side === "right" ? [...what(row), ...pads] : [...pads, ...what(row)]
  }))

  return async ({ texts, extra, side, masked, flips }) => {
    texts.forEach(readable)
    const tokens = texts.map(text => read([text], LIMIT))
    const sequences = tokens.map(row => row.map(one => one.id))
    const length = Math.max(...sequences.map(row => row.length)) + extra
    const [ids, real] = pad(sequences, length, side)
    const open = real.map(row => row.map(bit => (masked ? bit : 1)))
    const mask = open.map((row, i) => row.map((bit, at) => (flips[i].includes(at) ? 1 - bit : bit)))
    const seen = await body(ids, mask, true)
    const looks = Object.keys(seen).filter(name => name !== "hidden").map(name => unpacked(seen[name]))
    const ends = tokens.map(row => Math.max(...row.map(one => one.end)))
    return {
      tokens: ids.map(row => row.map(nameOf)),
      ids,
      real,
      mask,
      labels: labels.sentiment,
      alone: [await alone(sequences[0]), await alone(sequences[1])],
      logits: unpacked((await head("sentiment", seen.hidden)).logits),
      on_pads: real.map((row, i) => onPads(looks.flatMap(layer => layer[i]), row)),
      unread: texts.map((text, i) => (sequences[i].length === LIMIT ? unread(text, ends[i]) : 0)),
    }
  }
}

/** The mean share of its attention that a token pays to pads, over attention heads of all layers. */
function onPads(heads, real) {
  const shares = heads.flatMap(rows => rows.filter((_, from) => real[from]).map(row =>
    row.reduce((sum, share, to) => sum + (real[to] ? 0 : share), 0)))
  return shares.reduce((a, b) => a + b, 0) / shares.length
}
