/** Where each token looks, and what each head makes of it: as helpers/heads/explorer.py. */
import { unpacked } from "../engine.js"
import { softmax } from "../../../helpers/drawing/numbers.js"
import { readable, Refused, remembering } from "../refused.js"

const SHOWN = 18 // tokens of which answers and attention are shown
const CHOICES = 6

/** @param {any} tools @param {any} first a picture from Python: names and words of the heads */
export default function heads({ read, limit, idOf, nameOf, body, head, labels }, first) {
  const known = Object.fromEntries(first.heads.map(one => [one.name, one]))
  const ranked = (names, rows) =>
    rows.map(row => { const p = softmax(row); return names.map((name, i) => [name, row[i], p[i]]) })

  /** The choices: ids between [CLS] and [SEP], cut at each |, with both put around each again. */
  function split(ids) {
    const bars = ids.flatMap((id, at) => (id === idOf("|") ? [at] : []))
    const ends = [0, ...bars, ids.length - 1]
    if (ends.length - 1 > CHOICES)
      throw new Refused("text",
        `These are ${ends.length - 1} choices, and ${CHOICES} fit here: write fewer |.`)
    return ends.slice(1).map((end, i) => [ids[0], ...ids.slice(ends[i] + 1, end), ids.at(-1)])
  }

  const makes = {
    AutoModel: async ({ hidden }) => ({
      shape: hidden.dims,
      rows: unpacked(hidden)[0].slice(0, SHOWN).map(vector =>
        vector.slice(0, 3).map((x, k) => [`number ${k}`, x, null])),
    }),
    SequenceClassification: async ({ hidden }) => {
      const { logits } = await head("sentiment", hidden)
      return { shape: logits.dims, rows: ranked(labels.sentiment, unpacked(logits)) }
    },
    MaskedLM: async ({ hidden }, tokens) => {
      const all = await head("masked-lm", hidden)
      const [values, best, [sums]] = [unpacked(all.logits)[0], unpacked(all.best)[0], unpacked(all.sum)]
      return {
        shape: [1, tokens.length, known.MaskedLM.shape[2]],
        rows: values.slice(0, SHOWN).map((row, i) =>
          row.map((z, k) => [nameOf(best[i][k]), z, Math.exp(z - sums[i])])),
      }
    },
    TokenClassification: async ({ hidden }) => {
      const rows = unpacked((await head("heads-TokenClassification", hidden)).logits)[0]
      const names = known.TokenClassification.rows[0].map(([name]) => name)
      return { shape: [1, rows.length, names.length], rows: ranked(names, rows.slice(0, SHOWN)) }
    },
    QuestionAnswering: async ({ hidden }, tokens) => {
      const rows = unpacked((await head("heads-QuestionAnswering", hidden)).logits)[0]
      const columns = [0, 1].map(k => rows.map(row => row[k]))
      const shares = columns.map(softmax)
      const [from, to] = columns.map(column => column.indexOf(Math.max(...column)))
      return {
        shape: [1, tokens.length],
        rows: rows.slice(0, SHOWN).map((row, i) =>
          ["begins", "ends"].map((name, k) => [name, row[k], shares[k][i]])),
        answer: `${tokens[from]} … ${tokens[to]}`,
      }
    },
    MultipleChoice: async ({ hidden }) => {
      const row = unpacked((await head("heads-MultipleChoice", hidden)).logits).flat()
      return { shape: [1, row.length], rows: ranked(row.map((_, k) => `choice ${k}`), [row]) }
    },
  }

  /** Rows of ids, filled up with pads, through the body. */
  const through = (rows, looks) => {
    const longest = Math.max(...rows.map(row => row.length))
    const fill = (row, pads) => [...row, ...Array(longest - row.length).fill(pads)]
    return body(rows.map(row => fill(row, 0)), rows.map(row => fill(row.map(() => 1), 0)), looks)
  }

  const answers = remembering(16, async ids => {
    const tokens = ids.map(nameOf)
    const choices = split(ids)
    const seen = await through([ids], true)
    const found = []
    for (const [name, make] of Object.entries(makes)) {
      const many = name === "MultipleChoice"
      const of = many ? await through(choices, false) : seen
      const made = await make(of, tokens)
      const shape = [...of.hidden.dims]
      const sizes = { inputs: [...(many ? [1] : []), ...shape.slice(0, 2)], hidden: shape }
      found.push({ ...known[name], answer: "", ...sizes, ...made,
        ...(name === "AutoModel" && { answer: known.AutoModel.answer }) })
    }
    return { heads: found, attentions: shares(seen) }
  })

  return async ({ text, masked }) => {
    const tokens = read([readable(text, "text")])
    const ids = tokens.map((one, place) => (masked.includes(place) ? idOf("[MASK]") : one.id))
    const special = ids.map(id => ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].includes(nameOf(id)))
    const own = { mask: "[MASK]", full: ids.length === limit }
    return { tokens: ids.map(nameOf), ids, special, ...own, ...await answers(ids) }
  }
}

/** [layer][head][token][token] in thousandths, of the tokens shown; then what the rest gets. */
function shares(seen) {
  const thousandths = x => Math.round(1000 * x)
  const some = row => {
    const rest = row.slice(SHOWN).reduce((a, b) => a + b, 0)
    return [...row.slice(0, SHOWN), ...(row.length > SHOWN ? [rest] : [])].map(thousandths)
  }
  const layers = Object.keys(seen).filter(name => name !== "hidden").map(name => unpacked(seen[name]))
  return layers.map(([heads]) => heads.map(rows => rows.slice(0, SHOWN).map(some)))
}
