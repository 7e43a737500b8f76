/** One body, six heads: where a token looks in the body, and what the chosen head makes of it. */
import { field, inputRow, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, chips, fixed, flow, h, keep } from "../drawing/kit.js"
import { panel, roving, set, table, visible } from "../drawing/kit.js"
import { argmax } from "../drawing/numbers.js"

const TEXTS = {
  guess: "This movie was absolutely [MASK].",
  it: "The actor liked the film because it was said.",
  choices: "a good film | a bad film | a film",
}
const HEADS = ["AutoModel", "SequenceClassification", "MaskedLM", "TokenClassification",
  "QuestionAnswering", "MultipleChoice"]
const LEAST = 60 // thousandths: less is not drawn in a small picture

export default {
  render({ model, el }) {
    let last, over = null, trial = null // pointer or focus: on a token, on [layer, head]
    const view = explorer({ model, el, name: "One body, many heads", draw })
    const chosen = () => model.get("choices")
    const seen = () => model.get("state").picture
    const read = text => (view.choose({ at: null }), view.ask({ text, masked: [] }))
    const mask = i => {
      const { masked } = model.get("inputs")
      view.choose({ at: i })
      view.ask({ masked: masked.includes(i) ? masked.filter(one => one !== i) : [...masked, i] })
    }
    const point = i => (over = i, seen() && paint())

    const text = field({ label: "Text", type: read })
    const top = inputRow(TEXTS, read, [text], view.reset)
    const words = chips({ name: "Tokens of the text", pick: mask, hover: point })
    const strands = flow("")
    const scale = { low: 0, high: 1, ticks: [0, 0.5, 1] }
    const looked = bars({ ...scale, role: "attention", name: "Where the token looks" })
    const hint = h("p", { class: "btp-hint" })
    const look = panel("body: attention",
      h("div", { class: "btp-look" }, words.el, strands.el, looked.el), hint)
    const grid = thumbnails(([layer, attention]) => view.choose({ layer, attention }),
      place => (trial = place, seen() && paint()))
    const how = "Rows look at columns. Point at a head; a click keeps it."
    const small = panel("attention heads", grid.el, h("p", { class: "btp-hint", text: how }))
    const names = Object.fromEntries(HEADS.map(name => [name, name]))
    const tabs = segmented("On top", names, head => view.choose({ head }))
    const says = h("p", { class: "btp-hint" })
    const each = chips({ name: "The answer at each token", hover: point })
    const shares = { ...scale, role: "probability", digits: 4 }
    const numbers = bars({ ...shares, name: "Probabilities of the head" })
    const won = answer()
    const head = panel("head", tabs.el, says,
      h("div", { class: "btp-made" }, each.el, numbers.el, won.el))
    const picture = h("div", { class: "btp-picture btp-heads" }, look.el, small.el, head.el)
    const ofHead = table("The head's numbers as a table", ["at", "name", "number", "probability"])
    const ofBody = table("Attention as a table", ["token", "looks at", "share"])
    view.root.append(top.el, picture, ofHead.el, ofBody.el)

    function draw({ picture: now, inputs, choices, wrong }) {
      const [n, drawn] = [now?.tokens.length, now?.attentions[0][0].length]
      const notes = [now?.full && `${n} tokens are read; what is longer was cut off.`,
        n > drawn && `${drawn} of ${n} tokens are drawn.`]
      text.set(inputs.text, notes.filter(Boolean).join(" "), wrong("text"))
      top.set(inputs.text)
      tabs.set(choices.head)
      set(picture, { hidden: !now })
      if (!now) return
      if (last !== now) grid.set((last = now).attentions)
      const { rows, to, made } = paint()
      ofHead.set(made.rows.flatMap((of, i) => of.map(([name, x, p]) =>
        [made.rows.length > 1 ? now.tokens[i] : "the text", name, fixed(x, 3, true),
          fixed(p ?? undefined, 4)])))
      const cell = (w, i, j) => [now.tokens[i], to[j], fixed(w / 1000)]
      ofBody.set(rows.flatMap((row, i) => row.map((w, j) => cell(w, i, j))))
    }

    function paint() {
      const { tokens, ids, special, heads, attentions, mask } = seen()
      const [layer, number] = trial ?? [chosen().layer, chosen().attention]
      const rows = attentions[layer][number]
      const to = tokens.slice(0, rows.length)
      if (rows[0].length > to.length) to.push(`… ${tokens.length - rows.length} more`)
      const first = Math.max(0, tokens.indexOf(mask))
      const at = Math.min(over ?? chosen().at ?? first, rows.length - 1)
      const best = argmax(rows[at])
      words.set(rows.map((_, i) => ({ text: tokens[i], id: ids[i], special: special[i],
        mark: model.get("inputs").masked.includes(i) ? "mask" : "" })))
      looked.set(to.map((name, j) => ({ name, value: rows[at][j] / 1000, chosen: j === best })))
      const y = i => (i + 0.5) / to.length
      strands.set(rows.flatMap((row, i) => row.map((w, j) => ({ from: y(i), to: y(j),
        role: i === at ? "attention" : "attention btp-faint", weight: w / 1000 }))))
      set(picture, { "--looks": to.length })
      small.shape(grid.press(layer, number))
      const [one, other, share] = [visible(tokens[at]), visible(to[best]), rows[at][best] / 10]
      const sentence = `${one} looks most at ${other}: ${fixed(share, 0)} %.`
      set(hint, { text: `${sentence} A click masks a token.` })

      const made = heads.find(one => one.name === chosen().head)
      const [many, random] = [made.rows.length > 1, made.weights.startsWith("random")]
      const size = (field, sizes) => `${field} [${sizes.join(", ")}]`
      look.shape(`${size("input_ids", made.inputs)} → ${size("last_hidden_state", made.hidden)}`)
      head.shape(size(made.field, made.shape))
      set(says, { text: `${made.says} Weights of this head: ${made.weights}.` })
      const here = made.rows[many ? at : 0]
      const pick = of => of[argmax(of.map(([, x]) => Number(x)))]?.[0] ?? "no answer"
      const said = of => made.answer ? of.map(([, x, p]) => fixed(p ?? x, 2)).join(" ") : pick(of)
      each.set(many ? made.rows.map((of, i) => ({ text: tokens[i], id: said(of) })) : [])
      for (const chip of [words, each])
        [...chip.el.children].forEach((one, i) => set(one, { "data-at": i === at }))
      const label = made.answer || pick(here)
      numbers.set(here.filter(([, , p]) => p !== null).map(([name, , p]) =>
        ({ name, value: p, chosen: name === label, hatch: random })))
      const place = many && !made.answer ? `at ${one}` : "for the whole text"
      won.set(label, random ? "random: it means nothing" : place)
      return { rows, to, made }
    }
    return view.open()
  },
}

/** A small picture of each attention head: rows look at columns, a square's area is the weight. */
function thumbnails(pick, hover) {
  const el = h("div", { class: "btp-layers", role: "group", "aria-label": "Attention heads" })
  const place = event => event.currentTarget.dataset.place.split(" ").map(Number)
  const on = { onclick: event => pick(place(event)), onfocus: event => hover(place(event)),
    onpointerenter: event => hover(place(event)) }
  const leave = () => hover(null)
  const all = () => [...el.querySelectorAll("button")]
  const jump = event => { // to the layer above or below
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    event.stopImmediatePropagation()
    all()[all().indexOf(event.target) + step * el.children[0].children.length]?.focus()
  }
  set(el, { onpointerleave: leave, onfocusout: leave, onkeydown: jump })
  const settle = roving(el, "button")
  const square = (w, x, y) => { // a cell is 16 × 16
    const side = 2 * Math.round(8 * Math.sqrt(w / 1000))
    const [left, top] = [x, y].map(at => 16 * at + 8 - side / 2)
    return w < LEAST ? "" : `M${left} ${top}h${side}v${side}h-${side}z`
  }
  const make = () => h("button", { type: "button", class: "btp-head", ...on },
    h("svg:svg", { "aria-hidden": true }, h("svg:path")))
  return { el, set(layers) {
    const line = (_, i) => h("div", { class: "btp-layer", "data-layer": i })
    keep(el, layers, line, (line, heads, i) =>
      keep(line, heads, make, (button, rows, j) => {
        set(button, { "data-place": `${i} ${j}`, "aria-label": `layer ${i}, attention head ${j}` })
        set(button.firstChild, { viewBox: `0 0 ${16 * rows[0].length} ${16 * rows.length}` })
        const d = rows.flatMap((row, y) => row.map((w, x) => square(w, x, y))).join("")
        set(button.firstChild.firstChild, { d })
      }))
    settle()
  }, press(layer, head) {
    const on = one => String(one.dataset.place === `${layer} ${head}`)
    for (const one of all()) set(one, { "aria-pressed": on(one) })
    return `layer ${layer}, head ${head}`
  } }
}
