/** One step of sampling: the text that grows, and the candidates for its next token. */
import { button, field, inputRow, slider } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { chips, fixed, h, panel, set, table, visible } from "../drawing/kit.js"
import { COLUMNS, FILTERS, ladder, marked, named, round } from "./ladder.js"

const PROMPTS = { story: "Once upon a time", fact: "The capital of France is", list: "Red, green," }
const RUN = 20 // tokens
const TAKEN = ["step", "token", "id", "probability", "taken", "best of the others"]
const how = ({ pick, t, k, p }) =>
  pick === null ? `drawn: T ${t}, top-k ${k || "off"}, top-p ${p}` : "picked by you"
const beside = one => one.others.map(([text, p]) => `${named(text)} ${fixed(p)}`).join(", ")

export default {
  render({ model, el }) {
    let timer, picture, over = null, driving = false
    const view = explorer({ model, el, name: "One step of sampling", draw })
    const path = () => model.get("inputs").path
    const go = (pick = null) => {
      const { t, k, p } = model.get("choices")
      if (picture && !picture.end) view.ask({ path: [...path(), { t, k, p, pick }] })
    }
    const halt = () => {
      clearTimeout(timer)
      driving = false
      if (model.get("choices").goal) view.choose({ goal: 0 })
    }
    const anew = patch => (halt(), view.ask({ path: [], ...patch }))
    const run = () => {
      if (model.get("choices").goal) return halt()
      driving = true
      view.choose({ goal: path().length + RUN })
    }
    const drive = goal => { // one question at a time, so that Stop is heard
      clearTimeout(timer)
      const [state, { n }] = [model.get("state"), model.get("inputs")]
      if (!driving || state.n !== n) return
      timer = setTimeout(state.error || picture.end || path().length >= goal ? halt : go)
    }

    const prompt = field({ label: "Prompt", type: text => anew({ prompt: text }) })
    const seed = field({ label: "Seed", type: text => anew({ seed: text }) })
    const top = inputRow(PROMPTS, text => anew({ prompt: text }), [prompt, seed],
      () => (halt(), view.reset()))
    const rewind = length => anew({ path: path().slice(0, length) })
    const hover = at => (over = at, picture && tell())
    const begun = h("span", { class: "btp-begun" })
    const grown = chips({ name: "Tokens taken", pick: rewind, hover })
    const [step, more, undo] = [button("Step", () => go()), button("", run),
      button("Rewind", () => rewind(path().length - 1))]
    step.classList.add("btp-primary")
    const progress = h("progress", { max: RUN, "aria-label": "Tokens of the run" })
    const hint = h("p", { class: "btp-hint" })
    const text = panel("text", h("div", { class: "btp-text" }, begun, grown.el), hint,
      h("div", { class: "btp-setting" }, step, more, undo, progress))
    const list = ladder(i => go(picture.head[i][1]), view.choose)
    const sliders = Object.entries(FILTERS).map(([key, axis]) =>
      slider({ ...axis, move: x => view.choose({ [key]: round(x, axis) }) }))
    const [numbers, steps] = [table("The candidates as a table", COLUMNS),
      table("The path as a table", TAKEN)]
    view.root.append(top.el, h("div", { class: "btp-picture btp-sampling" }, text.el, list.el),
      h("div", { class: "btp-settings" }, ...sliders.map(one => one.el)),
      numbers.el, steps.el)

    const tell = () => {
      const one = picture.steps[over]
      const words = picture.end ? `${picture.end}. Rewind, or change the prompt.` : !path().length
        ? "Step draws a token; a click on a candidate takes it."
        : "The darker, the more probable a token was. A click goes back to before it."
      set(hint, { text: one ? `${over + 1}: ${named(one.text)} ${fixed(one.probability)}, ` +
        `${how(one)}; not ${beside(one) || "any other"}` : words })
    }
    function draw({ picture: next, inputs, choices, wrong }) {
      picture = next
      top.set(inputs.prompt)
      prompt.set(inputs.prompt, "", wrong("prompt"))
      seed.set(inputs.seed, "", wrong("seed"))
      Object.keys(FILTERS).forEach((key, i) => sliders[i].set(choices[key]))
      const left = choices.goal && Math.max(0, choices.goal - inputs.path.length)
      const done = !picture || picture.end !== ""
      set(more, { text: left ? "Stop" : `Run ${RUN}`, disabled: done && !left })
      set(progress, { value: RUN - left, hidden: !left })
      set(step, { disabled: done })
      set(undo, { disabled: !inputs.path.length })
      if (!picture) return
      text.shape(`${picture.prompt[0]} + ${picture.steps.length} tokens`)
      set(begun, { text: visible(picture.prompt[1]) })
      grown.set(picture.steps.map(one => ({ text: marked(one.text), tint: one.probability,
        mark: one.pick === null ? "" : "picked", said: how(one) })))
      tell()
      numbers.set(list.set(picture, choices))
      const rows = picture.steps.map((one, i) =>
        [i + 1, named(one.text), one.id, fixed(one.probability), how(one), beside(one)])
      steps.set(rows.length ? rows : [["", "none yet", "", "", "", ""]])
      drive(choices.goal)
    }
    const close = view.open()
    return () => (halt(), close())
  },
}
