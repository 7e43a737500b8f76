/** A text as a strip of tokens, with a bar above each, one below, and brackets. */
import { fixed, h, keep, roving, set, visible } from "../drawing/kit.js"

/** A text that keeps its lines, and shows what can't be seen. */
export const paragraphs = text => text.split("\n").map(visible).join("\n")

/** Tokens in reading order. One: { i, token, none, up, down?, lanes, said }; `up`, `down`: a bar
 * [words, 0 … 1]; a lane: { a, b, place }, a bracket from token a to b if this one is inside. */
export function spots(name, pick, hover) {
  const el = h("div", { class: "btp-strip", role: "group", "aria-label": name })
  const place = event => Number(event.currentTarget.dataset.place)
  const on = { onclick: event => pick(place(event)), onfocus: event => hover(place(event)),
    onpointerenter: event => hover(place(event)) }
  const leave = () => hover(null)
  set(el, { onpointerleave: leave, onfocusout: leave })
  const settle = roving(el, "button")
  const bar = name => h("span", { class: `btp-${name} btp-probability` }, h("small"), h("i"))
  const make = () => h("button", { type: "button", class: "btp-spot", ...on }, bar("up"),
    h("span", { class: "btp-token" }), bar("down"), h("span", { class: "btp-lanes" }))
  const grow = (part, [words, p] = ["", 0]) => {
    set(part.firstChild, { text: words })
    set(part, { "--p": p || 0 })
  }
  return { el, set(items) {
    keep(el, items, make, (spot, { i, token, none, up, down, lanes, said, at }) => {
      const [above, text, below, brackets] = spot.children
      grow(above, up)
      grow(below, down)
      set(below, { hidden: !down })
      set(text, { text: visible(token) })
      set(spot, { "data-place": i, "data-none": Boolean(none), "aria-label": said,
        "data-at": Boolean(at), "data-single": !down })
      keep(brackets, lanes, () => h("i"), (line, { a, b, place }) => set(line, {
        text: i === a ? place : "", class: i < a || i > b ? "" : "btp-in", "data-span": place,
        "data-first": i === a, "data-last": i === b }))
    })
    settle()
  } }
}
