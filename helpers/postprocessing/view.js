/** Logits, the temperature below the arrow, probabilities, a true label, and its loss. */
import { button, field, inputRow, segmented, slider } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, fixed, flow, h, keep, panel } from "../drawing/kit.js"
import { roving, set, table, visible } from "../drawing/kit.js"
import { argmax, crossEntropy, softmax, temperature } from "../drawing/numbers.js"

const EXAMPLES = {
  blame: "I hate this so much!",
  praise: "I love this so much!",
  mixed: "A fine start, and then it falls apart.",
}
const NUMBERS = ["class", "logit z", "scaled z / T", "probability p",
  "−log p, the loss if it were true", "y", "p − y"]
const MOST = 6 // classes
const LIMIT = 12 // of the axis of logits, to both sides
const STEEP = 5 // a loss that is drawn with the widest strand

export default {
  render({ model, el }) {
    const view = explorer({ model, el, name: "Logits, probabilities and loss", draw })
    const type = text => {
      view.choose({ own: null })
      view.ask({ text })
    }
    const move = (i, z) => {
      const { picture } = model.get("state")
      if (picture) view.choose({ own: all(picture, model.get("choices")).with(i, z) })
    }
    const sentence = field({ label: "Sentence", hint: "a sentence", type })
    const top = inputRow(EXAMPLES, type, [sentence], view.reset)
    const least = model.get("start").choices.classes
    const counts = Array.from({ length: MOST + 1 - least }, (_, i) => [least + i, least + i])
    const classes = segmented("Classes", Object.fromEntries(counts), n =>
      view.choose({ classes: Number(n) }))
    const theirs = button("The model's logits", () => view.choose({ own: null }))
    const whose = h("span", { class: "btp-hint btp-whose", role: "status" })
    const drawn = stage(move, truth => view.choose({ truth }), t => view.choose({ temperature: t }))
    const numbers = table("The numbers as a table", NUMBERS)
    view.root.append(top.el, drawn.el,
      h("div", { class: "btp-settings" }, classes.el, theirs, whose), numbers.el)

    function draw({ picture, inputs, choices, wrong }) {
      const cut = picture?.unread
        ? `${picture.read} tokens are read; ${picture.unread} characters were cut off.` : ""
      sentence.set(inputs.text, cut, wrong("text"))
      top.set(inputs.text)
      classes.set(String(choices.classes))
      set(theirs, { disabled: !choices.own })
      if (!picture) return // empty axes
      const seen = measure(picture, choices)
      set(whose, { text: said(seen, choices.own) })
      drawn.set(seen)
      numbers.set(seen.names.map((name, i) => [name, fixed(seen.z[i], 3, true),
        fixed(seen.scaled[i], 3, true), fixed(seen.p[i]), fixed(seen.losses[i]),
        Number(i === seen.truth), fixed(seen.gradient[i], 3, true)]))
    }
    return view.open()
  },
}

/** Six logits: the reader's own, or the model's and zeros. */
const all = ({ logits }, { own }) =>
  (own ?? [...logits, ...Array(MOST - logits.length).fill(0)]).map(Number)

/** What is drawn: names, logits z, the model's, z / T, p, and for each label its loss and p − y. */
function measure(picture, choices) {
  const z = all(picture, choices).slice(0, choices.classes)
  const t = choices.temperature
  const scaled = temperature(z, t)
  const truth = Math.min(choices.truth, z.length - 1)
  const losses = z.map((_, i) => crossEntropy(scaled, i).loss)
  const { gradient } = crossEntropy(scaled, truth)
  const names = z.map((_, i) => picture.labels[i] ?? `class ${i + 1}`)
  const was = all(picture, { own: null })
  return { names, own: picture.labels.length, z, was, t, scaled, p: softmax(scaled), truth, losses,
    gradient }
}

/** Whose logits these are. */
function said({ names, own }, yours) {
  const first = yours ? "These logits are yours; dashed: the model's."
    : "The model's logits. Drag a bar to make them yours."
  const made = names.slice(own).join(", ")
  return made ? `${first} Made up: ${made}.` : first
}

/** The picture, left to right; below the logits, on their axis, the true label's softmax curve. */
function stage(move, judge, heat) {
  const wide = { role: "logit", low: -LIMIT, high: LIMIT, ticks: [-12, -6, 0, 6, 12] }
  const logits = bars({ ...wide, name: "Logits", ondrag: move })
  const share = { role: "probability", low: 0, high: 1, ticks: [0, 0.5, 1] }
  const shares = bars({ ...share, name: "Probabilities" })
  const truths = h("div", { class: "btp-truths", role: "group", "aria-label": "True label" })
  const settle = roving(truths, "button")
  const [soft, minus, loss, bend] = [flow("softmax"), flow("−log p"), answer(), curve()]
  const t = slider({ label: "temperature T", low: 0.1, high: 5, step: 0.1, digits: 1, move: heat })
  const hint = h("p", { class: "btp-hint" })
  const titles = ["logits z", "probabilities p", "true label y", "loss"]
  const parts = [logits, shares, { el: truths }, loss].map((one, i) => panel(titles[i], one.el))
  const [a, b, c, d] = parts.map(one => one.el)
  const below = [bend.el, h("div", { class: "btp-heat" }, t.el), hint]
  const el = h("div", { class: "btp-picture btp-lab" },
    a, soft.el, b, c, minus.el, d, h("div", { class: "btp-below" }, ...below))
  const push = (track, z, g) => {
    const made = () => track.appendChild(h("s", { class: "btp-push" }))
    const arrow = track.querySelector(".btp-push") ?? made()
    set(arrow, { text: `p − y ${fixed(g, 3, true)}`, "data-up": String(g < 0) })
    set(arrow, { "--size": (Math.abs(g) || 0).toFixed(4),
      "--base": `${50 + (50 * clamp(z)) / LIMIT}%` })
  }
  return { el, set(seen) {
    const { names, z, was, p, truth, losses, gradient } = seen
    const top = argmax(p)
    const row = (name, value, i) => ({ name, value, chosen: i === top })
    const at = i => (30 + 64 * i) / (64 * names.length + 20) // the middle of a bar: view.css
    set(el, { "--rows": names.length })
    logits.set(names.map((name, i) => ({ ...row(name, z[i], i), was: was[i] })))
    logits.el.querySelectorAll(".btp-track").forEach((track, i) => push(track, z[i], gradient[i]))
    shares.set(names.map((name, i) => row(name, p[i], i)))
    soft.set(names.flatMap((_, i) => names.map((_, j) => ({ from: at(i), to: at(j),
      role: "probability", weight: i === j ? p[j] || 0 : 0 }))))
    minus.set([{ from: at(truth), to: 0.5, role: "changed",
      weight: Math.min(1, losses[truth] / STEEP || 0) }])
    keep(truths, names, (_, i) => button("", () => judge(i)), (one, name, i) =>
      set(one, { text: `${Number(i === truth)} · ${visible(name)}`, title: visible(name),
        "aria-pressed": String(i === truth) }))
    settle()
    loss.set(fixed(losses[truth]), `−log ${fixed(p[truth])}`)
    t.set(seen.t)
    bend.set(seen)
    set(hint, { text: advice(seen) })
  } }
}

const clamp = z => Math.max(-LIMIT, Math.min(LIMIT, z)) || 0
function advice({ names, truth, t }) {
  const up = visible(names[truth])
  const rule = `An arrow is a step against the gradient p − y: it raises ${up} ` +
    "and lowers the others. Click another label to call it true."
  return t === 1 ? rule : `${rule} For z itself, divide p − y by T = ${fixed(t, 1)}.`
}

/** Probability of the true label over its logit, the others held still; dashed: from p to y = 1. */
function curve() {
  const path = h("svg:path")
  const svg = h("svg:svg", { viewBox: "0 0 240 100", preserveAspectRatio: "none" }, path)
  const plot = h("div", { class: "btp-curve btp-probability", role: "img" }, svg, h("u"), h("b"))
  const one = panel("softmax curve", plot)
  return { el: one.el, set({ names, z, p, t, truth }) {
    const share = x => softmax(temperature(z.with(truth, x), t))[truth]
    const points = Array.from({ length: 121 }, (_, i) => [2 * i, share(i / 5 - LIMIT)])
    const line = points.map(([x, y]) => `${x} ${(100 - 100 * y).toFixed(2)}`).join("L")
    set(path, { d: line.includes("NaN") ? "" : `M${line}` })
    const [x, y] = [50 + (50 * clamp(z[truth])) / LIMIT, 100 - 100 * (p[truth] || 0)]
    set(plot, { "--x": `${x}%`, "--y": `${y}%`, "aria-label": `Softmax curve of ` +
      `${visible(names[truth])}: at logit ${fixed(z[truth], 3, true)} p is ${fixed(p[truth])}` })
    one.shape(visible(names[truth]))
  } }
}
