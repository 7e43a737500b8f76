/** Controls: buttons, a line of text, a number. Each is { el, set(…) }; `set` shows a value. */
import { h, roving, set } from "./kit.js"

export const button = (text, act, props = {}) =>
  h("button", { type: "button", class: "btp-button", text, onclick: act, ...props })

/** Buttons of which one is pressed. `options`: value → words. */
export function segmented(name, options, pick) {
  const one = ([value, words]) => button(words, () => pick(value), { "data-value": value })
  const group = h("span", { class: "btp-segments", role: "group", "aria-label": name })
  group.append(...Object.entries(options).map(one))
  roving(group, "button")()
  const press = value => el => set(el, { "aria-pressed": String(el.dataset.value === value) })
  return {
    el: h("span", { class: "btp-setting" }, h("span", { class: "btp-label", text: name }), group),
    set: value => [...group.children].forEach(press(value)),
  }
}

let names = 0

/** A line of text; what is being typed is never overwritten. Half a character is refused here: no
 * message to the kernel can hold it. @param {{label: string, hint?: string, type: Function}} acts */
export function field({ label, hint = "", type }) {
  const id = `btp-field-${++names}`
  const error = h("p", { class: "btp-error", role: "alert", id: `${id}-error` })
  const note = h("p", { class: "btp-note" })
  const props = {
    type: "text",
    id,
    class: "btp-input",
    placeholder: hint,
    "aria-describedby": error.id,
  }
  const input = h("input", { ...props, spellcheck: "false", autocomplete: "off" })
  const half = () => /\p{Cs}/u.exec(input.value)
  const refuse = words => {
    set(error, { text: words })
    set(input, { "aria-invalid": words ? "true" : null })
  }
  input.addEventListener("input", () => {
    const found = half()
    if (found) refuse(`Character ${found.index + 1} is half of one: delete it.`)
    else type(input.value)
  })
  return {
    el: h(
      "div",
      { class: "btp-field" },
      h("label", { for: id, class: "btp-label", text: label }),
      input,
      error,
      note,
    ),
    set(text, said = "", wrong = "") {
      if (document.activeElement !== input && input.value !== text) input.value = text
      if (!half()) refuse(wrong)
      set(note, { text: said })
    },
  }
}

/** A number: a field and a slider that move together.
 * @param {{label: string, low: number, high: number, step: number, digits?: number,
 *          move: (value: number) => void}} axis */
export function slider({ label, low, high, step, digits = 2, move }) {
  const id = `btp-field-${++names}`
  const take = event => {
    const x = event.target.valueAsNumber
    if (x >= low && x <= high) move(x)
  }
  const props = { min: low, max: high, step, oninput: take }
  const number = h("input", { type: "number", id, class: "btp-input", ...props })
  const range = h("input", { type: "range", "aria-label": `${label}, as a slider`, ...props })
  return {
    el: h(
      "div",
      { class: "btp-slider" },
      h("label", { for: id, class: "btp-label", text: label }),
      number,
      range,
    ),
    set(value) {
      if (document.activeElement !== number) number.value = value.toFixed(digits)
      range.value = String(value)
    },
  }
}

/** A button that puts `text()` into the clipboard, and says so for a moment. */
export function copies(words, text) {
  const say = words => set(it, { text: words })
  const it = button(words, () => {})
  it.addEventListener("click", async () => {
    const done = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    )
    say(done ? "Copied" : "The browser refused")
    setTimeout(say, 1500, words)
  })
  return it
}

/** The row above a picture: examples (name → text) on the left, fields, Reset on the right. */
export function inputRow(examples, pick, fields, reset) {
  const names = Object.keys(examples)
  const words = Object.fromEntries(names.map(name => [name, name]))
  const tries = segmented("Try", words, name => pick(examples[name]))
  const middle = h("div", { class: "btp-fields" }, ...fields.map(one => one.el))
  return {
    el: h("div", { class: "btp-inputs" }, tries.el, middle, button("Reset", reset)),
    set: text => tries.set(names.find(name => examples[name] === text)),
  }
}
