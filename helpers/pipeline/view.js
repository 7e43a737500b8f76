/** A sentence, or two, from left to right: tokens and ids, logits, probabilities, the answer. */
import { button, copies, field, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { bars, chips, fixed, flow, h, set, table } from "../drawing/kit.js"
import { softmax } from "../drawing/numbers.js"

const EXAMPLES = {
  "plain": "I hate this so much!",
  "waiting": "I've been waiting for a HuggingFace course my whole life.",
  "twisted": "Not bad at all, for a film without a plot.",
}
const SHOWN = 60 // more chips than this tell the eye nothing
const PAUSE = 350 // milliseconds without a key before the words are weighed
const NAMES = ["A", "B"]

/** How far the answer is ahead of the next label; with one label, its logit. */
const lead = (logits, best) => logits[best] - Math.max(...logits.filter((_, i) => i !== best), logits.length > 1 ? -Infinity : 0)
const largest = values => values.indexOf(Math.max(...values))

export default {
  render({ model, el }) {
    let timer
    const view = explorer({ model, el, name: "A sentence through the pipeline", draw })
    const texts = () => model.get("inputs").texts
    const type = (lane, text) => {
      const marks = NAMES.map((_, i) => (i === lane ? {} : model.get("inputs").marks[i]))
      view.ask({ texts: texts().map((old, i) => (i === lane ? text : old)), marks, weigh: false })
      weigh()
    }
    const weigh = () => {
      clearTimeout(timer)
      if (model.get("choices").tint) timer = setTimeout(() => view.ask({ weigh: true }), PAUSE)
    }
    const pick = (lane, i) => {
      const { marks } = model.get("inputs")
      const { [i]: now, ...others } = marks[lane]
      const own = now ? others : { ...others, [i]: model.get("choices").click }
      view.ask({ marks: marks.map((old, j) => (j === lane ? own : old)) })
    }
    const code = () => {
      const { texts, marks } = model.get("inputs")
      const tail = marks.some(mark => Object.keys(mark).length) ? `, marks=${JSON.stringify(marks)}` : ""
      return `pipeline_explorer(tokenizer, model, ${texts.map(text => JSON.stringify(text)).join(", ")}${tail})`
    }

    const fields = NAMES.map((label, i) =>
      field({ label, hint: i ? "a second sentence, to compare" : "a sentence", type: text => type(i, text) }))
    const examples = segmented("Try", Object.fromEntries(Object.keys(EXAMPLES).map(key => [key, key])), key => type(0, EXAMPLES[key]))
    const lanes = NAMES.map((name, i) => lane(name, token => pick(i, token)))
    const click = segmented("A click", { out: "leaves a token out", mask: "puts [MASK] there" }, value => view.choose({ click: value }))
    const tint = button("Which words decided?", () => {
      view.choose({ tint: !model.get("choices").tint })
      weigh()
    })
    const answers = table("The answers as a table", ["sentence", "label", "logit", "probability", "logit of the whole sentence"])
    const tokens = table("The tokens as a table", ["sentence", "token", "id", "without it the lead changes by"])
    const row = h("div", { class: "btp-inputs" }, examples.el,
      h("div", { class: "btp-fields" }, ...fields.map(one => one.el)), button("Reset", view.reset))
    const settings = h("div", { class: "btp-settings" }, tint, click.el, copies("Copy as code", code))
    const picture = h("div", { class: "btp-picture" }, ...lanes.map(one => one.el))
    view.root.append(row, picture, settings, answers.el, tokens.el)

    function draw({ picture, inputs, choices, wrong }) {
      const drawn = picture?.lanes ?? []
      fields.forEach((one, i) => one.set(inputs.texts[i], note(drawn[i]), wrong(i)))
      examples.set(Object.keys(EXAMPLES).find(key => EXAMPLES[key] === inputs.texts[0]) ?? null)
      click.set(choices.click)
      set(tint, { "aria-pressed": String(choices.tint) })
      const shown = drawn.map(seen => measure(seen, choices.tint))
      const reach = Math.max(1, ...shown.flatMap(seen => seen.effects.map(Math.abs)))
      lanes.forEach((one, i) => one.set(shown[i], reach))
      answers.set(shown.flatMap((seen, i) => seen.labels.map((label, j) =>
        [NAMES[i], label, fixed(seen.logits[j], 3, true), fixed(seen.probabilities[j], 4), fixed(seen.whole[j], 3, true)])))
      tokens.set(shown.flatMap((seen, i) => seen.tokens.slice(0, SHOWN).map((token, j) =>
        [NAMES[i], token, seen.ids[j], seen.effects.length ? fixed(-seen.effects[j], 3, true) : "–"])))
    }
    const close = view.open()
    return () => (clearTimeout(timer), close())
  },
}

/** What the picture of one sentence shows, from what Python computed. */
function measure(seen, tint) {
  const [whole, logits] = [seen.whole, seen.logits].map(values => values.map(Number))
  const best = largest(whole)
  const effects = tint && seen.without ? seen.without.map(row => lead(whole, best) - lead(row.map(Number), best)) : []
  return { ...seen, whole, logits, probabilities: softmax(logits), best, effects }
}

function note(seen) {
  if (!seen) return ""
  const words = []
  if (seen.unread) words.push(`The model reads ${seen.ids.length} tokens at most: the last ${seen.unread} characters were cut off.`)
  if (seen.ids.length > SHOWN) words.push(`${SHOWN} of ${seen.ids.length} tokens are drawn.`)
  if (seen.ids.length === 2) words.push("No words here, only the special tokens: the model answers all the same.")
  return words.join(" ")
}

/** One sentence on its way: four panels and the strands between them. Pointer or focus on a token
 * shows at once what Python computed without it. */
function lane(name, pick) {
  let seen, reach
  const hint = h("p", { class: "btp-hint" })
  const row = chips({ name: `Tokens of ${name}`, pick, hover: i => seen && paint(i) })
  const logits = bars({ role: "logit", low: -6, high: 6, ticks: [-6, -3, 0, 3, 6], name: `Logits of ${name}` })
  const probabilities = bars({ role: "probability", low: 0, high: 1, ticks: [0, 0.5, 1], digits: 4, name: `Probabilities of ${name}` })
  const pill = h("div", { class: "btp-pill" }, h("span", { class: "btp-big" }), h("small"), h("small", { class: "btp-hint" }))
  const flows = [flow("model"), flow("softmax"), flow("argmax")]
  const shapes = [0, 1, 2].map(() => h("span", { class: "btp-shape" }))
  const panel = (title, shape, ...parts) =>
    h("div", { class: "btp-panel" }, h("div", { class: "btp-title" }, h("span", { text: title }), shape), ...parts)
  const el = h("div", { class: "btp-lane", role: "group", "aria-label": `Sentence ${name}` },
    panel(`${name} · tokens and ids`, shapes[0], row.el, hint), flows[0].el,
    panel("logits", shapes[1], logits.el), flows[1].el,
    panel("probabilities", shapes[2], probabilities.el), flows[2].el,
    panel("answer", "", pill))

  function paint(over) {
    const { tokens, ids, special, marks, labels, effects, whole } = seen
    const trial = over !== null && effects.length && !marks.some(Boolean)
    const now = trial ? seen.without[over].map(Number) : seen.logits
    const [share, before] = [softmax(now), softmax(whole)]
    const answer = largest(share)
    const rows = (values, was) => labels.map((label, i) => ({ name: label, value: values[i], was: was[i], chosen: i === answer }))
    const drawn = tokens.slice(0, SHOWN)
    row.set(drawn.map((text, i) => ({ text: marks[i] === "mask" ? "[MASK]" : text, id: ids[i], special: special[i],
      mark: marks[i], tint: (effects[i] ?? 0) / reach, said: said(seen, i) })))
    logits.set(rows(now, whole))
    probabilities.set(rows(share, before))
    const at = i => (30 + 48 * i) / (48 * labels.length + 20)
    flows[0].set(drawn.flatMap((_, i) => labels.map((_, j) => ({
      from: -0.2 + 1.4 * (i + 0.5) / drawn.length, to: at(j), weight: j === seen.best ? Math.abs(effects[i] ?? 0) / reach : 0,
      role: `logit${effects[i] < 0 ? " btp-against" : ""}${(trial && over === i) || marks[i] === "out" ? " btp-faint" : ""}` }))))
    flows[1].set(labels.flatMap((_, i) => labels.map((_, j) => ({ from: at(i), to: at(j), role: "probability",
      weight: i === j ? share[j] || 0 : 0 }))))
    flows[2].set(labels.map((_, i) => ({ from: at(i), to: 0.5, role: i === answer ? "answer" : "filtered", weight: share[i] || 0 })))
    const [label, score, note] = pill.children
    set(label, { text: labels[answer] ?? "no answer" })
    set(score, { text: `score ${fixed(share[answer], 4)}` })
    set(note, { text: answer === seen.best ? "" : `was ${labels[seen.best]}` })
    set(pill, { "data-changed": answer !== seen.best })
    set(hint, { text: said(seen, over) })
  }
  return { el, set(next, scale) {
    [seen, reach] = [next, scale]
    el.style.display = seen ? "" : "none"
    if (!seen) return
    const sizes = [seen.ids.length, seen.labels.length, seen.labels.length]
    shapes.forEach((shape, i) => set(shape, { text: `[1, ${sizes[i]}]` }))
    set(el, { "--rows": seen.labels.length })
    paint(null)
  } }
}

function said(seen, i) {
  if (i === null) return seen.effects.length ? "The darker, the more the answer leans on it; striped: it speaks against." : "Click a token to leave it out."
  const words = `${seen.tokens[i]} · id ${seen.ids[i]}`
  if (i >= seen.effects.length) return words
  const [by, way] = [fixed(Math.abs(seen.effects[i]), 2), seen.effects[i] < 0 ? "more" : "less"]
  return `${words}: without it ${seen.labels[seen.best]} leads by ${by} ${way}.`
}
