/**
 * The pieces that views are drawn with: bars, chips, strands, tables, fields, sliders. A piece is
 * { el, set(…) }. The reader's text reaches the page as text or attribute, never as markup.
 */

/** An element, "svg:path" one of SVG. Children are elements or texts.
 * @param {string} tag @param {Record<string, any>} [props] @returns {any} */
export function h(tag, props = {}, ...children) {
  const svg = tag.startsWith("svg:")
  const el = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag)
  el.append(...children)
  return set(el, props)
}

/** Give an element its `text`, `--custom` properties, `on…` listeners, attributes (null: none). */
export function set(el, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") el.textContent = value
    else if (name.startsWith("--")) el.style.setProperty(name, value)
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value)
    else if (value === false || value == null) el.removeAttribute(name)
    else if (el.getAttribute(name) !== String(value)) el.setAttribute(name, value)
  }
  return el
}

/** One child an item, the same from picture to picture: so bars glide and the focus stays. */
export function keep(parent, items, make, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove()
  items.forEach((item, i) => {
    if (!parent.children[i]) parent.append(make(item, i))
    update(parent.children[i], item, i)
  })
}

/** A text in which what can't be seen, or turns the line around, stands as its code point. */
export const visible = text =>
  text.replace(
    /(?! )[\p{C}\p{Z}]|^\p{M}/gu,
    c => `\\u${c.codePointAt(0).toString(16).padStart(4, 0)}`,
  )

/** A number as text, "–" for none; Python sends "NaN" and "-Infinity" as words. */
export function fixed(value, digits = 3, sign = false) {
  const x = Number(value)
  if (value === undefined) return "–"
  if (Number.isNaN(x)) return "NaN"
  const size = Math.abs(x) === Infinity ? "∞" : Math.abs(x).toFixed(digits)
  return (x < 0 && Number(size) !== 0 ? "−" : sign ? "+" : "") + size
}

/** Arrow keys, Home and End walk the children that `selector` finds; Tab stops at one of them. */
export function roving(parent, selector) {
  const all = () => [...parent.querySelectorAll(selector)]
  const walk = event => {
    const list = all()
    const at = list.indexOf(event.target)
    const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 }
    const to = { ...next, Home: 0, End: list.length - 1 }[event.key]
    if (at < 0 || to === undefined) return
    event.preventDefault()
    list[to]?.focus()
  }
  const stop = at => all().forEach(el => set(el, { tabindex: el === at ? 0 : -1 }))
  set(parent, { onkeydown: walk, onfocusin: event => stop(event.target) })
  return () => stop(all().find(el => el.tabIndex === 0 && el.hasAttribute("tabindex")) ?? all()[0])
}

/** Drag along an element, or press arrow keys on it.
 * @param {any} el @param {{low: number, high: number, step: number, name: string,
 *                         get: () => number, move: (value: number) => void}} axis */
export function drag(el, { low, high, step, name, get, move }) {
  const to = x =>
    move(Math.min(high, Math.max(low, Number((Math.round(x / step) * step).toFixed(6)))))
  const follow = event => {
    const box = el.getBoundingClientRect()
    to(low + ((high - low) * (event.clientX - box.left)) / box.width)
  }
  const keys = {
    ArrowRight: 1,
    ArrowUp: 1,
    ArrowLeft: -1,
    ArrowDown: -1,
    PageUp: 10,
    PageDown: -10,
  }
  const limits = { "aria-valuemin": low, "aria-valuemax": high, "aria-label": name }
  return set(el, {
    role: "slider",
    tabindex: 0,
    ...limits,
    onpointerdown: event => {
      el.setPointerCapture(event.pointerId)
      follow(event)
    },
    onpointermove: event => el.hasPointerCapture(event.pointerId) && follow(event),
    onkeydown: event => {
      if (!keys[event.key]) return
      event.preventDefault()
      to(get() + keys[event.key] * step)
    },
  })
}

/** Bars from zero on an axis that does not move. A row: { name, value, was?, chosen?, hatch? }.
 * `role`: its colour. `ondrag(i, value)`: the bars can be dragged.
 * @param {{role: string, low: number, high: number, ticks: number[], name: string,
 *          digits?: number, ondrag?: (i: number, value: number) => void}} axis */
export function bars({ role, low, high, ticks, name, digits = 3, ondrag }) {
  const at = x => `${(100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low)}%`
  const body = h("div", { class: "btp-rows", role: ondrag ? "group" : "img" })
  const marks = ticks.map(x => h("span", { text: fixed(x, x % 1 ? 1 : 0), "--at": at(x) }))
  const scale = h("div", { class: "btp-ticks", "aria-hidden": true }, ...marks)
  let now = []
  const make = (_, i) => {
    const lines = ticks.map(x => h("i", { class: x ? "btp-tick" : "btp-zero", "--at": at(x) }))
    const track = h("span", { class: "btp-track" }, ...lines, h("b"), h("u"))
    const move = x => ondrag?.(i, x)
    const axis = {
      low,
      high,
      step: (high - low) / 120,
      name,
      get: () => Number(now[i].value),
      move,
    }
    if (ondrag) drag(track, axis)
    const words = [h("span", { class: "btp-name" }), h("span", { class: "btp-value" })]
    return h("div", { class: "btp-bar" }, words[0], track, words[1])
  }
  const update = (line, row) => {
    const [label, track, value] = line.children
    const x = Number(row.value)
    const words = fixed(x, digits, low < 0)
    const was = Number(row.was ?? x)
    set(label, { text: visible(row.name), title: visible(row.name) })
    set(value, { text: words })
    const [from, to] = [Math.min(x, 0), Math.max(x, 0)]
    set(track, { "--from": at(from || 0), "--to": at(to || 0), "--was": at(was || 0) })
    if (ondrag) set(track, { "aria-valuenow": x, "aria-label": `${name}, ${visible(row.name)}` })
    const states = {
      chosen: row.chosen,
      hatch: row.hatch,
      moved: was !== x,
      beyond: x < low || x > high,
    }
    for (const [state, on] of Object.entries(states))
      line.classList.toggle(`btp-${state}`, Boolean(on))
  }
  return {
    el: h("div", { class: `btp-bars btp-${role}` }, body, scale),
    set(rows) {
      now = rows
      const said = rows.map(row => `${visible(row.name)} ${fixed(row.value, digits, low < 0)}`)
      set(body, { "aria-label": `${name}: ${said.join(", ")}` })
      keep(body, rows, make, update)
    },
  }
}

/** Tokens in reading order. One: { text, id?, special?, tint? (−1 … 1), mark?, said? }; what `mark`
 * says ("out", "mask") is drawn. `pick(i)`: one was clicked; `hover(i)`: pointer or focus is on it.
 * @param {{name: string, pick?: (i: number) => void, hover?: (i: number | null) => void}} acts */
export function chips({ name, pick, hover }) {
  const leave = () => hover?.(null)
  const el = h("div", { class: "btp-chips", role: "group", "aria-label": name })
  set(el, { onpointerleave: leave, onfocusout: leave })
  const settle = roving(el, "button")
  const make = (_, i) => {
    const words = [h("span", { class: "btp-token" }), h("small", { class: "btp-id" })]
    const on = {
      onclick: () => pick?.(i),
      onpointerenter: () => hover?.(i),
      onfocus: () => hover?.(i),
    }
    return h("button", { type: "button", class: "btp-chip", ...on }, ...words)
  }
  const update = (chip, { text, id = "", special = false, tint = 0, mark = "", said = null }) => {
    set(chip.children[0], { text: visible(text) })
    set(chip.children[1], { text: String(id) })
    set(chip, { "--tint": `${Math.round(100 * Math.min(1, Math.abs(tint)))}%`, title: said })
    set(chip, { "aria-pressed": pick ? String(Boolean(mark)) : null, "data-mark": mark })
    set(chip, { "data-special": special, "data-against": tint < 0 })
  }
  return {
    el,
    set(items) {
      keep(el, items, make, update)
      settle()
    },
  }
}

/** Strands from a panel to the next one, `words` above them. A strand: { from, to (0 … 1, downwards),
 * weight (0 … 1), role }. */
export function flow(words) {
  const svg = h("svg:svg", {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    "aria-hidden": true,
  })
  const bend = (a, b) => `M0 ${100 * a}C50 ${100 * a} 50 ${100 * b} 100 ${100 * b}`
  const update = (path, { from, to, weight, role }) =>
    set(path, { d: bend(from, to), class: `btp-strand btp-${role}`, "--weight": weight.toFixed(3) })
  return {
    el: h("div", { class: "btp-flow" }, h("span", { text: words }), svg),
    set: strands => keep(svg, strands, () => h("svg:path"), update),
  }
}

/** The numbers of a picture, folded. @param {string} summary @param {string[]} headers */
export function table(summary, headers) {
  const head = h("tr", {}, ...headers.map(text => h("th", { scope: "col", text })))
  const body = h("tbody")
  const cell = (td, value) => set(td, { text: visible(String(value)) })
  const grid = h("table", {}, h("thead", {}, head), body)
  return {
    el: h("details", { class: "btp-table" }, h("summary", { text: summary }), grid),
    set: rows =>
      keep(
        body,
        rows,
        () => h("tr"),
        (tr, row) => keep(tr, row, () => h("td"), cell),
      ),
  }
}

/** A titled part of the picture; `shape` shows a tensor's, as "[1, 8]". */
export function panel(title, ...parts) {
  const size = h("span", { class: "btp-shape" })
  const head = h("div", { class: "btp-title" }, h("span", { text: title }), size)
  const shape = text => set(size, { text })
  return { el: h("div", { class: "btp-panel" }, head, ...parts), shape }
}

/** The answer, the largest thing in the picture, with small words below; `changed`: not as it was. */
export function answer() {
  const [label, small, note] = [h("span", { class: "btp-big" }), h("small"), h("small")]
  const el = h("div", { class: "btp-pill" }, label, small, set(note, { class: "btp-hint" }))
  return {
    el,
    set(text, words = "", said = "") {
      set(label, { text: visible(text) })
      set(small, { text: words })
      set(note, { text: said })
      set(el, { "data-changed": Boolean(said) })
    },
  }
}
