/** Sentences through tokenizer and model, and which words decided: as helpers/pipeline/explorer.py. */
import { readable, remembering, unread } from "../refused.js"

const WEIGHED = 60 // tokens that are left out one by one
const BATCH = 1024 // ids at once: the worker hears the next key in between

export default function pipeline({ read, limit, idOf, logits, labels }) {
  const run = remembering(64, async ids => (await logits("sentiment", [ids]))[0])
  const weigh = remembering(8, async ids => {
    const rows = ids.slice(0, WEIGHED).map((_, at) => ids.filter((_, i) => i !== at))
    const many = Math.max(1, Math.floor(BATCH / ids.length))
    const found = []
    for (let from = 0; from < rows.length; from += many)
      found.push(...await logits("sentiment", rows.slice(from, from + many)))
    return found
  })

  /** What tokenizer and model make of a text, and the logits of what its `marks` leave of it. */
  async function look(text, marks, weighed) {
    const tokens = read([text])
    const ids = tokens.map(one => one.id)
    const how = ids.map((_, place) => marks[place] ?? "")
    const left = ids.map((id, i) => (how[i] === "mask" ? idOf("[MASK]") : id))
      .filter((_, i) => how[i] !== "out")
    const whole = await run(ids)
    return {
      tokens: tokens.map(one => one.token),
      ids,
      special: tokens.map(one => one.part === null),
      marks: how,
      unread: ids.length === limit ? unread(text, Math.max(...tokens.map(one => one.end))) : 0,
      whole,
      logits: left.length ? await run(left) : whole,
      without: weighed ? await weigh(ids) : null,
      labels: labels.sentiment,
    }
  }

  return async inputs => {
    const texts = inputs.texts.map(readable)
    const lanes = []
    for (const [i, text] of texts.entries())
      if (!i || text) lanes.push(await look(text, inputs.marks[i], inputs.weigh))
    return { lanes, mask: "[MASK]" }
  }
}
