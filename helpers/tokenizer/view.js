/** One text cut by several tokenizers; the limit is a line that is dragged. */
import { button, field, inputRow } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { drag, h, keep, panel, roving, set, table, visible } from "../drawing/kit.js"

const EXAMPLES = {
  accents: "Unbelievably, Zoë's café  reopened 😍",
  numbers: "In 2024, 1,234,567 people paid $3.99.",
  scripts: "東京 Москва naïve",
}
const TOKENS = ["tokenizer", "token", "id", "from", "to", "characters"]
const LEAST = 2 // a limit below has no room for [CLS] and [SEP]
const QUARTERS = [0, 0.25, 0.5, 0.75, 1]
const legend = "␣ is a space. Dashed: special. Dotted: no token. Struck: cut off."

export default {
  render({ model, el }) {
    const view = explorer({ model, el, name: "One text, cut by several tokenizers", draw })
    const choices = () => model.get("choices")
    const type = text => view.ask({ text })
    const text = field({ label: "Text", hint: "any text", type })
    const top = inputRow(EXAMPLES, type, [text], view.reset)
    const most = model.get("start").choices.limit
    const counts = limit(most, () => choices().limit, x => view.choose({ limit: x }))
    const special = button("Special tokens", () => view.choose({ special: !choices().special }))
    const hint = h("p", { class: "btp-hint" })
    const rows = h("div", { class: "btp-cuts" })
    const drawn = []
    const tokens = table("The tokens as a table", TOKENS)
    view.root.append(top.el,
      h("div", { class: "btp-picture btp-cutting" }, rows, counts.el),
      h("div", { class: "btp-settings" }, special, hint), tokens.el)

    /** Light the same characters in all rows, and say what became of them; null: none. */
    function light(piece) {
      const { picture } = model.get("state")
      drawn.forEach(one => one.light(piece))
      if (!piece || piece.added) return set(hint, { text: picture ? total(picture) : legend })
      const made = picture.rows.map(row => `${row.name}: ${tokensOf(row, piece) || "no token"}`)
      set(hint, { text: `${seenAs(piece.text)} → ${made.join(" · ")}` })
    }

    function draw({ picture, inputs, choices, wrong }) {
      text.set(inputs.text, "", wrong("text"))
      top.set(inputs.text)
      set(special, { "aria-pressed": String(choices.special) })
      const seen = (picture?.rows ?? []).map(row => measure(row, choices))
      while (drawn.length < seen.length) rows.append(drawn[drawn.push(cutRow(light)) - 1].el)
      seen.forEach((row, i) => drawn[i].set(row))
      counts.set(seen)
      light(null)
      tokens.set(seen.flatMap(row => row.pieces.flatMap(piece => piece.tokens.filter(one =>
        !one.cut).map(one => [row.name, one.token, one.id, one.start, one.end, piece.text]))))
    }
    return view.open()
  },
}

const seenAs = text => visible(text.replaceAll(" ", "␣"))
const shares = (a, b) => (a.added || b.added ? a === b : a.start < b.end && b.start < a.end)
const total = ({ characters, bytes }) =>
  `${characters} characters, ${bytes} bytes in UTF-8. ${legend}`

/** The tokens that a row has for the characters of a piece. */
const tokensOf = (row, piece) => row.pieces.filter(one => shares(one, piece))
  .flatMap(one => one.tokens.map(({ token }) => visible(token))).join(" ")

/** A row as truncation on the right leaves it: the tokenizer's own tokens stay, and count. */
function measure(row, { special, limit }) {
  const added = special ? row.added : 0
  const room = Math.max(0, limit - added)
  let place = 0
  const mark = piece => {
    if (piece.added) return piece
    const tokens = piece.tokens.map(one => ({ ...one, cut: place++ >= room }))
    const beyond = place >= room && row.own > room // no token: it goes with what follows
    return { ...piece, tokens, cut: tokens.length ? tokens.every(one => one.cut) : beyond }
  }
  const pieces = row.pieces.filter(piece => special || !piece.added).map(mark)
  const kept = Math.min(row.own, room) + added
  return { ...row, pieces, kept, added, whole: row.own + added, more: row.own - row.most }
}

const counted = ({ kept, whole, added }) =>
  [`of ${whole}`, added && `${added} added`, whole > kept && `${whole - kept} cut off`]
    .filter(Boolean).join(", ")

/** A tokenizer's row: frames with characters above and tokens below. */
function cutRow(light) {
  let now = []
  const pieces = h("div", { class: "btp-chips", role: "group", onpointerleave: () => light(null),
    onfocusout: () => light(null) })
  const settle = roving(pieces, "button")
  const more = h("p", { class: "btp-note" })
  const title = h("span")
  const one = panel("", pieces, more)
  one.el.querySelector(".btp-title").prepend(title)
  const cell = () => h("span", { class: "btp-cell" },
    h("span", { class: "btp-token" }), h("small", { class: "btp-id" }))
  const fill = (el, { token, id, cut }) => {
    set(el, { "data-cut": String(Boolean(cut)) })
    set(el.children[0], { text: visible(token) })
    set(el.children[1], { text: String(id) })
  }
  const make = (_, i) => {
    const show = () => light(now[i])
    const above = h("span", { class: "btp-above" })
    const on = { onpointerenter: show, onfocus: show }
    return h("button", { type: "button", class: "btp-piece", ...on }, above, h("span"))
  }
  const update = (el, { text, tokens, added, cut }) => {
    set(el.children[0], { text: added ? "added" : seenAs(text) })
    keep(el.children[1], tokens, cell, fill)
    set(el, { "data-special": tokens.some(t => t.special), "data-bare": !tokens.length })
    set(el, { "data-cut": String(Boolean(cut)), "data-added": added })
  }
  return {
    el: one.el,
    light: piece => [...pieces.children].forEach((el, i) =>
      set(el, { "data-lit": Boolean(piece && shares(now[i], piece)) })),
    set(row) {
      now = row.pieces
      set(title, { text: visible(row.name) })
      set(pieces, { "aria-label": `${visible(row.name)}: ${row.kept} tokens ${counted(row)}` })
      one.shape(`[1, ${row.kept}]`)
      keep(pieces, now, make, update)
      settle()
      set(more, { text: row.more > 0 ? `${row.more} more tokens are not drawn.` : "" })
    },
  }
}

/** How many tokens there are, large; a line across all bars, dragged, is the limit. */
function limit(most, get, choose) {
  const name = h("b", { class: "btp-limit-name" })
  const list = h("div", { class: "btp-counts" })
  const plot = h("div", { class: "btp-limit btp-filtered" }, name, list, h("u"))
  const move = x => choose(Math.max(LEAST, x))
  drag(plot, { low: 0, high: most, step: 1, name: "max_length", get, move })
  set(plot, { "aria-valuemin": LEAST })
  const marks = QUARTERS.map(x => h("span", { text: String(most * x), "--at": `${100 * x}%` }))
  const scale = h("div", { class: "btp-ticks", "aria-hidden": true }, ...marks)
  const at = x => `${(100 * Math.min(x, most)) / most}%`
  const make = () => h("div", {}, h("span", { class: "btp-big" }), h("span"), h("small"),
    h("div", { class: "btp-track" }, h("b"), h("s")))
  const update = (el, row) => {
    const [big, words, small, track] = el.children
    set(big, { text: String(row.kept) })
    set(words, { text: visible(row.name) })
    set(small, { text: counted(row) })
    set(track, { "--from": "0%", "--to": at(row.kept), "--whole": at(row.whole) })
  }
  return { el: panel("number of tokens", plot, scale).el, set(rows) {
    const said = rows.map(row => `${visible(row.name)} ${row.kept} ${counted(row)}`)
    set(name, { text: `max_length ${get()}` })
    set(plot, { "--at": at(get()), "aria-valuenow": get() })
    set(plot, { "aria-valuetext": `${get()}: ${said.join("; ")}` })
    keep(list, rows, make, update)
  } }
}
