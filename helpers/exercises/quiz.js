/** A question where a notebook asks to predict: pick an answer, commit, read what it says. What an
 * answer says comes from Python, and only after the reader has committed to it. */
import { explorer } from "../drawing/explorer.js"
import { button } from "../drawing/controls.js"
import { h, keep, set } from "../drawing/kit.js"

let quizzes = 0

export default {
  render({ model, el }) {
    const view = explorer({ model, el, name: "Quiz", draw })
    const group = `btp-quiz-${++quizzes}`
    const ask = h("legend", { class: "btp-ask" })
    const list = h("div", { class: "btp-options" })
    const props = { class: "btp-button btp-primary" }
    const commit = button("Commit", () => view.ask({ picked: model.get("choices").picked }), props)
    const said = h("p", { class: "btp-said", role: "status" })
    view.root.append(h("fieldset", { class: "btp-quiz" }, ask, list), commit, said)

    function make(_, i) {
      const pick = () => view.choose({ picked: i })
      const radio = h("input", { type: "radio", name: group, value: i, onchange: pick })
      return h("label", { class: "btp-option" }, radio, h("span"))
    }

    function draw({ picture, inputs, choices }) {
      if (!picture) return
      set(ask, { text: picture.ask })
      keep(list, picture.options, make, (label, option, i) => {
        label.firstElementChild.checked = i === choices.picked
        set(label.lastElementChild, { text: option })
      })
      const done = inputs.picked !== null && inputs.picked === choices.picked
      set(commit, { disabled: choices.picked === null || done ? "" : null })
      set(said, { text: done ? (picture.words ?? "") : "", "data-right": String(picture.right) })
    }
    return view.open()
  },
}
