/** A question to a text: start × end gives a span; the best one is the answer, in its sentence. */
import { button, field, inputRow, slider } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, fixed, h, panel, set, table, visible } from "../drawing/kit.js"
import { softmax } from "../drawing/numbers.js"
import { paragraphs, spots } from "./strip.js"

const ASKED = { where: "Where do I work?", who: "Who wrote Hamlet?", name: "What is my name?" }
const BEST = 5 // spans that are ranked
const BRACKETS = 3 // of them are drawn below the tokens; the reader's own is one more
const DRAWN = 60 // tokens of the text
const AROUND = 400 // characters on each side of the answer
const SPANS_TABLE = ["place", "span", "characters", "tokens", "score"]
const STARTS = "each token: does the answer start here (above), end here (below)?"

export function spansView({ model, el }) {
  let over = null // the token under pointer or focus
  const view = explorer({ model, el, name: "A question to a text", draw })
  const pick = i => {
    const [first, last] = model.get("choices").mine
    const open = first && !last && i >= first
    view.choose({ mine: open ? [first, i] : i ? [i] : [] })
  }
  const point = i => (over = i, model.get("state").picture && paint())
  const ask = question => view.ask({ question })
  const read = context => (view.choose({ mine: [] }), view.ask({ context }))

  const question = field({ label: "Question", type: ask })
  const context = field({ label: "Text", type: read })
  const top = inputRow(ASKED, ask, [question, context], view.reset)
  const strip = spots("Tokens of the text", pick, point)
  const hint = h("p", { class: "btp-hint" })
  const place = [h("span"), h("mark"), h("span")]
  const scale = { low: 0, high: 1, ticks: [0, 0.5, 1], digits: 4 }
  const scores = bars({ ...scale, role: "probability", name: "Scores of the best spans" })
  const best = answer()
  const parts = [panel(STARTS, strip.el, hint), panel("P(start) × P(end)", scores.el),
    panel("the answer", best.el, h("p", { class: "btp-context" }, ...place))]
  const picture = h("div", { class: "btp-picture btp-spans" }, ...parts.map(one => one.el))
  const longest = slider({ label: "Longest answer, in tokens", low: 1, high: 30, step: 1,
    digits: 0, move: x => view.choose({ longest: Math.round(x) }) })
  const clear = button("Clear your span", () => view.choose({ mine: [] }))
  const weights = h("p", { class: "btp-note" })
  const settings = h("div", { class: "btp-settings" }, longest.el, clear, weights)
  const ofSpans = table("The spans as a table", SPANS_TABLE)
  const ofTokens = table("The tokens as a table", ["token", "characters", "P(start)", "P(end)"])
  view.root.append(top.el, picture, settings, ofSpans.el, ofTokens.el)

  function draw({ picture: seen, inputs, choices, wrong }) {
    const cut = seen?.unread ? `${seen.unread} characters at the end were cut off.` : ""
    question.set(inputs.question, "", wrong("question"))
    context.set(inputs.context, cut, wrong("context"))
    top.set(inputs.question)
    longest.set(choices.longest)
    set(clear, { disabled: !choices.mine.length })
    set(picture, { hidden: !seen })
    if (!seen) return
    set(weights, { text: `Weights: ${visible(seen.weights)}.` })
    const { rows, shown, starts, ends } = paint()
    const { tokens, offsets } = seen
    ofSpans.set(rows.map(({ place, words, a, b, score }) => [place, words,
      a ? `${offsets[a][0]} to ${offsets[b][1]}` : "", a ? b - a + 1 : "", fixed(score, 4)]))
    ofTokens.set(shown.map(i =>
      [tokens[i], offsets[i].join(" to "), fixed(starts[i]), fixed(ends[i])]))
  }

  function paint() {
    const { tokens, offsets, context, ...seen } = model.get("state").picture
    const { longest, mine } = model.get("choices")
    const letters = [...context]
    const [starts, ends] = [seen.starts, seen.ends].map(z => softmax(z.map(Number)))
    const say = ({ a, b }) => letters.slice(offsets[a][0], offsets[b][1]).join("")
    const found = spansOf(starts, ends, longest)
    const [a, b = Math.max(a, over ?? a)] = mine
    const own = b < tokens.length ? [{ a, b, score: starts[a] * ends[b], place: "yours" }] : []
    const none = { a: 0, b: 0, score: starts[0] * ends[0], place: "no answer" }
    const all = [...found.map((one, i) => ({ ...one, place: `${i + 1}` })), none, ...own]
    const rows = all.map(one => ({ ...one, words: one.a ? say(one) : "" }))
    const won = found[0]?.score > none.score ? rows[0] : rows[found.length]
    scores.set(rows.map(row => ({ name: `${row.place} ${row.words}`.trim(), value: row.score,
      chosen: row === won, hatch: row.place === "yours" })))
    best.set(won.words || "no answer", `score ${fixed(won.score, 4)}`)

    const first = Math.max(1, Math.min((found[0]?.a ?? 1) - DRAWN / 2, tokens.length - DRAWN))
    const shown = [...tokens.keys()].filter(i => !i || (i >= first && i < first + DRAWN))
    const drawn = Math.min(BRACKETS, found.length)
    const lanes = [...rows.slice(0, drawn), ...rows.slice(found.length + 1)]
    const numbers = i =>
      `${visible(tokens[i] ?? "")}: start ${fixed(starts[i])}, end ${fixed(ends[i])}`
    const up = p => [p >= 0.005 ? fixed(p, 2) : "", p]
    strip.set(shown.map(i => ({ i, token: tokens[i], none: i === 0, up: up(starts[i]),
      down: up(ends[i]), lanes, said: numbers(i) })))
    const now = over === null ? "[CLS] stands for no answer." : `${numbers(over)}.`
    const how = mine.length === 1 ? "Click where your span ends."
      : "Click a token, then a later one, for a span of your own."
    const count = tokens.length - 1
    const some = count > DRAWN ? `${DRAWN} of ${count} tokens are drawn.` : ""
    set(hint, { text: `${now} ${how} ${some}` })
    const [from, to] = found.length ? [offsets[found[0].a][0], offsets[found[0].b][1]] : [0, 0]
    const cuts = [[Math.max(0, from - AROUND), from], [from, to], [to, to + AROUND]]
    cuts.forEach((cut, i) => set(place[i], { text: paragraphs(letters.slice(...cut).join("")) }))
    return { rows, shown, starts, ends }
  }
  return view.open()
}

/** The best spans { a, b, score } of 1 to `longest` tokens, [CLS] at 0 left out; best first. */
function spansOf(starts, ends, longest) {
  const spans = []
  for (let a = 1; a < starts.length; a++)
    for (let b = a; b < Math.min(a + longest, ends.length); b++)
      spans.push({ a, b, score: starts[a] * ends[b] })
  return spans.sort((one, other) => other.score - one.score).slice(0, BEST)
}
