/** Spans, names, labels of the reader's own: as helpers/tasks/looks.py. */
import { unpacked } from "../engine.js"
import { readable, Refused, remembering, unread } from "../refused.js"

const [LONGEST, SHORT, NAMED, PAIR, LABELS] = [384, 64, 64, 128, 6]
const idsOf = tokens => tokens.map(one => one.id)
const names = tokens => tokens.map(one => one.token)
const endOf = tokens => Math.max(...tokens.map(one => one.end))

/** One room, three explorers: which one it is, the names of its inputs say. */
export default function tasks(tools, { weights }) {
  const { read, tokenize, body, head, labels: called } = tools
  const through = async (name, rows, mask) =>
    unpacked((await head(name, (await body(rows, mask)).hidden)).logits)

  const notLong = (text, field) => {
    const count = tokenize(text).length
    if (count <= SHORT) return
    const some = [...text].slice(0, 20).join("")
    throw new Refused(field, `'${some}' has ${count} tokens, and ${SHORT} fit here: shorten it.`)
  }

  async function spans(question, context) {
    notLong(question, "question")
    const tokens = read([question, context], LONGEST, 1)
    const [rows] = await through("question-answering", [idsOf(tokens)])
    const places = tokens.map((one, i) => i).filter(i => !i || tokens[i].part === 1)
    const offsets = places.map(i => [tokens[i].start, tokens[i].end])
    return {
      context,
      tokens: places.map(i => tokens[i].token),
      offsets,
      starts: places.map(i => rows[i][0]),
      ends: places.map(i => rows[i][1]),
      unread: tokens.length === LONGEST ? unread(context, offsets.at(-1)[1]) : 0,
    }
  }

  async function entities(text) {
    const tokens = read([text], NAMED)
    const [logits] = await through("token-classification", [idsOf(tokens)])
    return {
      text,
      tokens: names(tokens),
      words: tokens.map(one => one.word),
      offsets: tokens.map(one => [one.start, one.end]),
      labels: called["token-classification"],
      logits,
      unread: tokens.length === NAMED ? unread(text, endOf(tokens)) : 0,
    }
  }

  async function labels(text, list, template) {
    const own = list.split(",").map(name => name.trim()).filter(Boolean)
    if (own.length < 1 || own.length > LABELS)
      throw new Refused("labels",
        `These are ${own.length} labels: write 1 to ${LABELS}, with commas between them.`)
    if (!/^[^{}]*\{\}[^{}]*$/.test(template))
      throw new Refused("template", "Write {} once, where the label belongs.")
    const sentences = own.map(name => template.split("{}").join(name))
    sentences.forEach(sentence => notLong(sentence, "labels"))
    const rows = sentences.map(sentence => read([text, sentence], PAIR, 0))
    const longest = Math.max(...rows.map(row => row.length))
    const fill = list => [...list, ...Array(longest - list.length).fill(0)]
    const mask = rows.map(row => fill(row.map(() => 1)))
    const verdicts = called["zero-shot"]
    const ends = rows.map(row => endOf(row.filter(one => one.part !== 1)))
    return {
      labels: own,
      rows: rows.map(row => ({ tokens: names(row), second: row.findIndex(one => one.part === 1) })),
      verdicts,
      entailment: verdicts.findIndex(name => name.toLowerCase().startsWith("entail")),
      logits: await through("zero-shot", rows.map(row => fill(idsOf(row))), mask),
      unread: longest === PAIR ? unread(text, Math.min(...ends)) : 0,
    }
  }

  const looks = { context: spans, template: labels, text: entities }
  /** @type {Record<string, Function>} */
  const kept = Object.fromEntries(
    Object.entries(looks).map(([name, look]) => [name, remembering(8, look)]))
  return async ({ n, ...inputs }) => {
    const name = ["context", "template", "text"].find(one => one in inputs) ?? ""
    const texts = Object.entries(inputs).map(([field, text]) => readable(text, field))
    return { ...await kept[name](...texts), weights }
  }
}
