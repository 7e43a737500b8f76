/**
 * What joins a view to its model: ask Python, draw what it answers, say when it does not.
 *
 * `inputs`: what the reader set and Python computes from; `inputs.n` counts the questions.
 * `choices`: what the reader set and the browser alone acts on. `start`: both, as they began.
 * `state`: { n, picture, error }: the question that was answered, what to draw, or { field, words }.
 */
import { h, set } from "./kit.js"

const DIM = 150,
  SILENT = 5000 // milliseconds
const LOST =
  "No answer from the kernel. It is busy, or it was stopped: then run the notebook again from the top. " +
  "The picture is the last good one."

/** Call `draw({ picture, inputs, choices, wrong })` now and at every change; `wrong(field)` gives the
 * words of an error at that field. Return { root, ask, choose, reset, copy, close }. */
export function explorer({ model, el, name, draw }) {
  const status = h("p", { class: "btp-status", role: "status" })
  const root = h("section", { class: "btp-view", "aria-label": name })
  el.append(root)
  let dim, silent
  let sending = false

  const put = (part, patch) => {
    sending = true // the kernel begins, then the picture is drawn
    model.set(part, { ...model.get(part), ...patch })
    model.save_changes()
    sending = false
    refresh()
  }
  const ask = patch => put("inputs", { ...patch, n: model.get("inputs").n + 1 })
  const choose = patch => put("choices", patch)

  const refresh = () => {
    if (sending) return
    const [state, inputs] = [model.get("state"), model.get("inputs")]
    wait(state.n !== inputs.n)
    const error = state.n === inputs.n ? state.error : null
    const wrong = field => (error?.field === field ? error.words : "")
    if (error && error.field === null) set(status, { text: error.words })
    draw({ picture: state.picture, inputs, choices: model.get("choices"), wrong })
  }
  const wait = waiting => {
    clearTimeout(dim)
    clearTimeout(silent)
    set(status, { text: "" })
    root.classList.toggle("btp-computing", waiting && root.classList.contains("btp-computing"))
    if (!waiting) return
    dim = setTimeout(() => root.classList.add("btp-computing"), DIM)
    silent = setTimeout(lost, SILENT)
  }
  const lost = () => {
    root.classList.remove("btp-computing")
    set(status, { text: LOST })
  }
  const cut = () => el.closest(".jupyter-widgets-disconnected") && lost()

  return {
    root,
    ask,
    choose,
    reset() {
      ask(model.get("start").inputs)
      choose(model.get("start").choices)
    },
    /** Draw, listen; what to call at the end. */
    open() {
      root.append(status)
      const events = {
        "change:inputs": refresh,
        "change:state": refresh,
        "change:choices": refresh,
        comm_live_update: cut,
      }
      for (const [event, act] of Object.entries(events)) model.on(event, act)
      refresh()
      const still = requestAnimationFrame(() => (hidden = hideStill(el)))
      let hidden
      return () => {
        for (const [event, act] of Object.entries(events)) model.off(event, act)
        clearTimeout(dim)
        clearTimeout(silent)
        cancelAnimationFrame(still)
        if (hidden) hidden.style.display = ""
      }
    },
  }
}

/** The picture that stands in the output above this one has done its work. */
function hideStill(el) {
  for (let node = el; node && !node.matches(".jp-Cell, body"); node = node.parentElement) {
    const before = node.previousElementSibling
    if (before?.querySelector(".btp-still")) {
      before.style.display = "none"
      return before
    }
  }
}
