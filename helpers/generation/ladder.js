/** The candidates for the next token, and what temperature, top-k and top-p leave of them. */
import { fixed, h, keep, panel, roving, set, visible } from "../drawing/kit.js"
import { softmax, temperature, topK, topP } from "../drawing/numbers.js"

export const FILTERS = {
  t: { label: "Temperature", low: 0.1, high: 2, step: 0.1, digits: 1 },
  k: { label: "Top-k (0: off)", low: 0, high: 200, step: 1, digits: 0 },
  p: { label: "Top-p (1: off)", low: 0.05, high: 1, step: 0.05, digits: 2 },
}
export const COLUMNS =
  ["no.", "token", "id", "logit", "÷ T", "kept", "probability", "T = 1, all tokens"]
const clamp = (x, low, high) => Math.min(high, Math.max(low, x))
export const round = (x, { low, high, step }) =>
  Number((Math.round(clamp(x, low, high) / step) * step).toFixed(2))
export const marked = text => visible(text.replaceAll("\n", "⏎"))
export const named = text => marked(text.replaceAll(" ", "␣"))

/** What the filters leave: shares of the largest logits, and how many tokens top-k, top-p keep. */
export function sift({ logits, size, sums, kept, mass }, { t, k, p }) {
  const own = logits.map(z => Math.exp(z - sums[9]))
  const scaled = temperature(logits, t)
  if (!k) {
    const [row, column] = [Math.round(t * 10) - 1, Math.round(p * 20) - 1]
    const byP = kept[row][column]
    const share = (z, i) => (i < byP ? Math.exp(z - sums[row]) / mass[row][column] : 0)
    return { own, scaled, shares: scaled.map(share), byK: size, byP }
  }
  const few = topK(scaled, k)
  const fewer = p < 1 ? topP(few, p) : few
  const [byK, byP] = [few, fewer].map(list => list.filter(z => z > -Infinity).length)
  return { own, scaled, shares: softmax(fewer), byK, byP }
}

/** Candidates on their way from logit to probability, and the filters' lines, which are dragged. */
export function ladder(pick, choose) {
  let seen, now
  const rows = h("div", { role: "group", "aria-label": "Candidates", class: "btp-candidates" })
  const settle = roving(rows, "button")
  const word = name => h("span", { class: name })
  const bar = role => h("span", { class: `btp-${role}` }, h("span", { class: "btp-track" },
    h("i", { class: "btp-zero" }), h("b"), h("u")))
  const make = (_, i) => h("button", { type: "button", class: "btp-candidate",
    onclick: () => pick(i) }, word("btp-id"), word("btp-token"), bar("logit"), word("btp-value"),
    bar("probability"), word("btp-value"))
  const fill = (el, low, high, x, was) => {
    const at = z => `${(100 * (clamp(z, low, high) - low)) / (high - low)}%`
    const [from, to] = [Math.min(x, 0), Math.max(x, 0)].map(at)
    set(el.firstChild, { "--from": from, "--to": to, "--was": at(was), "--at": at(0) })
    set(el, { "data-beyond": x > high || x < low, "data-moved": x !== was })
  }
  const update = (el, [no, name, , z, scaled, kept, p, own]) => {
    const words = { 0: no, 1: name, 3: fixed(scaled, 1), 5: kept === "✓" ? fixed(p) : kept }
    for (const [i, text] of Object.entries(words)) set(el.children[i], { text })
    fill(el.children[2], -10, 40, scaled, z)
    fill(el.children[4], 0, 1, p, own)
    set(el, { "data-out": kept !== "✓" })
  }
  const line = key => {
    const axis = FILTERS[key]
    const walk = event => { // a line goes where the arrow points: down, so that more is kept
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
      if (!step) return
      event.preventDefault()
      const from = now[key] || seen.head.length + 1 // top-k is off: its line is below all rows
      const to = Math.max(axis.step, from + step * axis.step)
      if (now[key] || step < 0) choose({ [key]: round(to, axis) })
    }
    const follow = ({ clientY, pointerId }) => {
      if (!el.lastChild.hasPointerCapture(pointerId)) return
      const { top, height } = rows.getBoundingClientRect()
      const row = Math.max(1, Math.round((seen.head.length * (clientY - top)) / height))
      const fits = p => sift(seen, { ...now, p }).byP <= row
      const p = Array.from({ length: 20 }, (_, i) => 1 - i / 20).find(fits) ?? 0
      choose({ [key]: round(key === "k" ? row : p, axis) })
    }
    const hold = event => el.lastChild.setPointerCapture(event.pointerId)
    const said = { role: "slider", tabindex: 0, "aria-orientation": "vertical",
      "aria-label": `Line of top-${key}`, "aria-valuemin": axis.low, "aria-valuemax": axis.high }
    const on = { onpointerdown: hold, onpointermove: follow, onkeydown: walk }
    const tab = h("span", { class: "btp-tab", ...said, ...on })
    const el = h("div", { class: `btp-line btp-line-${key}` }, tab)
    return { el, set(at, off) {
      set(el, { "--row": Math.min(at, seen.head.length), "data-off": off })
      const beyond = at > seen.head.length ? " ↓" : ""
      set(tab, { text: off ? `${key} off` : `${key} ${now[key]}${beyond}`,
        "aria-valuenow": now[key], "aria-valuetext": off ? "off" : now[key] })
    } }
  }
  const lines = [line("k"), line("p")]
  const rest = h("p", { class: "btp-rest" })
  const said = h("span", { role: "img" })
  const body = h("div", { class: "btp-ladder" }, said, rows, ...lines.map(one => one.el))
  const box = panel("next token: logit ÷ T, top-k, top-p, softmax", body, rest)
  return { el: box.el, set(picture, choices) {
    [seen, now] = [picture, choices]
    const { head, logits, size } = picture
    const { own, scaled, shares, byK, byP } = sift(picture, choices)
    const kept = i => (i >= byK ? "✗ k" : i >= byP ? "✗ p" : "✓")
    const list = head.map(([text, id], i) =>
      [i + 1, named(text), id, logits[i], scaled[i], kept(i), shares[i], own[i]])
    keep(rows, list, make, update)
    settle()
    lines[0].set(byK, !choices.k)
    lines[1].set(byP, choices.p === 1)
    set(said, { "aria-label": `Candidates: ${list.map(([no, name, , , , k, p]) =>
      `${no} ${name} ${k === "✓" ? fixed(p) : k}`).join(", ")}` })
    box.shape(`[${size}]`)
    const [n, left, others] = [size, byP, size - list.length].map(x => x.toLocaleString("en"))
    const shown = list => list.slice(0, head.length).reduce((a, b) => a + b, 0)
    const sum = list => fixed(Math.max(0, 1 - shown(list)))
    set(rest, { text: `${left} of ${n} tokens can be drawn. The ${others} not shown have ` +
      `probability ${sum(shares)}; with T = 1 and all tokens ${sum(own)}.` })
    return [...list, ["", `${others} others`, "", "", "", "", sum(shares), sum(own)]].map(row =>
      row.map((x, i) => (typeof x === "number" && i > 2 ? fixed(x, i > 5 ? 3 : 2) : x)))
  } }
}
