/** A page without a browser, and a model without a kernel: what the tests of a view open it in. */
import { JSDOM } from "jsdom"

export const HOSTILE = "</td><script>hacked=1</script><img src=x onerror='hacked=1'>"

/** A model as anywidget gives it to a view; `answer(inputs)` is what Python would make of them. */
export function fake({ inputs, choices = {}, state }, answer = () => state.picture) {
  const parts = { inputs: { ...inputs, n: 0 }, choices, state: { ...state, n: 0 }, start: { inputs, choices } }
  const acts = new Map()
  const model = {
    asked: [],
    get: name => parts[name],
    set(name, value) {
      parts[name] = value
      for (const act of acts.get(`change:${name}`) ?? []) act()
    },
    save_changes() {
      if (parts.state.n === parts.inputs.n) return
      model.asked.push(parts.inputs)
      model.set("state", { n: parts.inputs.n, picture: answer(parts.inputs), error: null })
    },
    on: (event, act) => acts.set(event, [...(acts.get(event) ?? []), act]),
    off: (event, act) => acts.set(event, acts.get(event).filter(one => one !== act)),
    listening: () => [...acts.values()].flat().length,
  }
  return model
}

/** Draw a view on a page of its own; `listen(EventTarget)` may change the page before. */
export function open(view, model, listen = EventTarget => EventTarget) {
  const { window } = new JSDOM("<body></body>", { pretendToBeVisual: true })
  listen(window.EventTarget)
  for (const name of ["document", "requestAnimationFrame", "cancelAnimationFrame"])
    globalThis[name] = typeof window[name] === "function" ? window[name].bind(window) : window[name]
  const el = window.document.body
  return { window, el, close: view.render({ model, el }) }
}

export const press = (window, el, key) =>
  el.dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))

export function type(window, input, text) {
  input.value = text
  input.dispatchEvent(new window.Event("input", { bubbles: true }))
}
