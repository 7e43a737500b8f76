/** A sentence, or two, from left to right: tokens and ids, logits, probabilities, the answer. */
import { button, copies, field, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, chips, fixed, flow, h, panel, set, table } from "../drawing/kit.js"
import { softmax } from "../drawing/numbers.js"

const EXAMPLES = {
  plain: "I hate this so much!",
  waiting: "I've been waiting for a HuggingFace course my whole life.",
  twisted: "Not bad at all, for a film without a plot.",
}
const SENTENCES = ["A", "B"]
const SHOWN = 60 // more chips than this tell the eye nothing
const PAUSE = 350 // milliseconds without a key before the words are weighed

export default {
  render({ model, el }) {
    let timer
    const view = explorer({ model, el, name: "A sentence through the pipeline", draw })
    const inputs = () => model.get("inputs")
    const replace = (list, at, one) => list.map((old, i) => (i === at ? one : old))
    const weigh = () => {
      clearTimeout(timer)
      if (model.get("choices").tint) timer = setTimeout(view.ask, PAUSE, { weigh: true })
    }
    const type = (at, text) => {
      const { texts, marks } = inputs()
      view.ask({ texts: replace(texts, at, text), marks: replace(marks, at, {}), weigh: false })
      weigh()
    }
    const pick = (at, i) => {
      const { [i]: marked, ...others } = inputs().marks[at]
      const own = marked ? others : { ...others, [i]: model.get("choices").click }
      view.ask({ marks: replace(inputs().marks, at, own) })
    }
    const code = () => {
      const { texts, marks } = inputs()
      const given = texts.map(text => JSON.stringify(text)).join(", ")
      return `pipeline_explorer(tokenizer, model, ${given}, marks=${JSON.stringify(marks)})`
    }

    const hints = ["a sentence", "a second sentence, to compare"]
    const fields = SENTENCES.map((label, i) =>
      field({ label, hint: hints[i], type: text => type(i, text) }))
    const names = Object.fromEntries(Object.keys(EXAMPLES).map(name => [name, name]))
    const tries = segmented("Try", names, name => type(0, EXAMPLES[name]))
    const lanes = SENTENCES.map((name, i) => lane(name, token => pick(i, token)))
    const ways = { out: "leaves a token out", mask: "masks it" }
    const click = segmented("A click", ways, value => view.choose({ click: value }))
    const tint = button("Which words decided?", () => {
      view.choose({ tint: !model.get("choices").tint })
      weigh()
    })
    const heads = ["sentence", "label", "logit", "probability", "logit of the whole sentence"]
    const answers = table("The answers as a table", heads)
    const effects = "change of the lead without it"
    const tokens = table("The tokens as a table", ["sentence", "token", "id", effects])
    view.root.append(
      h("div", { class: "btp-inputs" }, tries.el,
        h("div", { class: "btp-fields" }, ...fields.map(one => one.el)),
        button("Reset", view.reset)),
      h("div", { class: "btp-picture" }, ...lanes.map(one => one.el)),
      h("div", { class: "btp-settings" }, tint, click.el, copies("Copy as code", code)),
      answers.el, tokens.el)

    function draw({ picture, inputs, choices, wrong }) {
      const seen = (picture?.lanes ?? []).map(one => measure(one, picture.mask, choices.tint))
      fields.forEach((one, i) => one.set(inputs.texts[i], note(seen[i]), wrong(i)))
      tries.set(Object.keys(EXAMPLES).find(name => EXAMPLES[name] === inputs.texts[0]))
      click.set(choices.click)
      click.el.style.display = picture?.mask ? "" : "none" // not every tokenizer has a mask
      set(tint, { "aria-pressed": String(choices.tint) })
      const reach = Math.max(1, ...seen.flatMap(one => one.effects.map(Math.abs)))
      lanes.forEach((one, i) => one.set(seen[i], reach))
      answers.set(seen.flatMap((one, i) => one.labels.map((label, j) => [SENTENCES[i], label,
        fixed(one.logits[j], 3, true), fixed(one.shares[j], 4), fixed(one.whole[j], 3, true)])))
      tokens.set(seen.flatMap((one, i) => one.tokens.slice(0, SHOWN).map((token, j) => [
        SENTENCES[i], token, one.ids[j],
        j in one.effects ? fixed(-one.effects[j], 3, true) : "–"])))
    }
    const close = view.open()
    return () => {
      clearTimeout(timer)
      close()
    }
  },
}

const largest = values => values.indexOf(Math.max(...values))

/** How far the answer is ahead of the next label; with one label, its logit. */
const lead = (logits, best) =>
  logits.length > 1 ? logits[best] - Math.max(...logits.filter((_, i) => i !== best)) : logits[0]

/** What the picture of a sentence shows, from what Python computed. An effect is the part of the
 * answer's lead that goes when the token does. */
function measure(lane, mask, tint) {
  const [whole, logits] = [lane.whole.map(Number), lane.logits.map(Number)]
  const best = largest(whole)
  const lost = row => lead(whole, best) - lead(row.map(Number), best)
  const effects = tint && lane.without ? lane.without.map(lost) : []
  return { ...lane, mask, whole, logits, best, shares: softmax(logits), effects }
}

function note(seen) {
  if (!seen) return ""
  const n = seen.ids.length
  return [
    seen.unread && `The model reads ${n} tokens: the last ${seen.unread} characters were cut off.`,
    n > SHOWN && `${SHOWN} of ${n} tokens are drawn.`,
    n === 2 && "No words here, only the special tokens: the model answers all the same.",
  ].filter(Boolean).join(" ")
}

/** What the line below the tokens says: of token `i`, or of all. */
function said({ tokens, ids, labels, effects, best }, i) {
  if (i === null && !effects.length) return "Click a token to leave it out."
  if (i === null) return "The darker, the more the answer leans on it; striped: it speaks against."
  const words = `${tokens[i]} · id ${ids[i]}`
  if (i >= effects.length) return words
  const by = `${fixed(Math.abs(effects[i]), 2)} ${effects[i] < 0 ? "more" : "less"}`
  return `${words}: without it ${labels[best]} leads by ${by}.`
}

/** One sentence on its way: four panels and the strands between them. Pointer or focus on a token
 * shows at once what Python computed without it. */
function lane(name, pick) {
  let seen, reach
  const hint = h("p", { class: "btp-hint" })
  const row = chips({ name: `Tokens of ${name}`, pick, hover: i => seen && paint(i) })
  const wide = { role: "logit", low: -6, high: 6, ticks: [-6, -3, 0, 3, 6] }
  const logits = bars({ ...wide, name: `Logits of ${name}` })
  const share = { role: "probability", low: 0, high: 1, ticks: [0, 0.5, 1], digits: 4 }
  const shares = bars({ ...share, name: `Probabilities of ${name}` })
  const last = answer()
  const [into, soft, most] = ["model", "softmax", "argmax"].map(flow)
  const panels = [panel(`${name} · tokens and ids`, row.el, hint), panel("logits", logits.el),
    panel("probabilities", shares.el), panel("answer", last.el)]
  const el = h("div", { class: "btp-lane", role: "group", "aria-label": `Sentence ${name}` },
    panels[0].el, into.el, panels[1].el, soft.el, panels[2].el, most.el, panels[3].el)

  function paint(over) {
    const { tokens, ids, special, marks, labels, effects, whole, best } = seen
    const trial = over !== null && over < effects.length && !marks.some(Boolean)
    const now = trial ? seen.without[over].map(Number) : seen.logits
    const [p, before] = [softmax(now), softmax(whole)]
    const won = largest(p)
    const weights = tokens.map((_, i) => (effects[i] ?? 0) / reach)
    const drawn = tokens.slice(0, SHOWN)
    row.set(drawn.map((token, i) => ({
      text: marks[i] === "mask" ? seen.mask : token, id: ids[i], special: special[i], mark: marks[i],
      tint: weights[i], said: said(seen, i) })))
    const rows = (values, was) => labels.map((name, i) =>
      ({ name, value: values[i], was: was[i], chosen: i === won }))
    logits.set(rows(now, whole))
    shares.set(rows(p, before))
    const at = i => (30 + 48 * i) / (48 * labels.length + 20) // the middle of a bar: view.css
    const each = (list, one) => list.flatMap((_, i) => labels.map((_, j) => one(i, j)))
    const gone = i => (trial && over === i) || marks[i] === "out"
    const how = i => `logit${weights[i] < 0 ? " btp-against" : ""}${gone(i) ? " btp-faint" : ""}`
    into.set(each(drawn, (i, j) => ({ from: -0.2 + (1.4 * (i + 0.5)) / drawn.length, to: at(j),
      role: how(i), weight: j === best ? Math.abs(weights[i]) : 0 })))
    soft.set(each(labels, (i, j) =>
      ({ from: at(i), to: at(j), role: "probability", weight: i === j ? p[j] || 0 : 0 })))
    most.set(labels.map((_, i) =>
      ({ from: at(i), to: 0.5, role: i === won ? "answer" : "filtered", weight: p[i] || 0 })))
    const was = won === best ? "" : `was ${labels[best]}`
    last.set(labels[won] ?? "no answer", `score ${fixed(p[won], 4)}`, was)
    set(hint, { text: said(seen, over) })
  }
  return {
    el,
    set(next, scale) {
      [seen, reach] = [next, scale]
      el.style.display = seen ? "" : "none"
      if (!seen) return
      const sizes = [seen.ids.length, seen.labels.length, seen.labels.length]
      sizes.forEach((size, i) => panels[i].shape(`[1, ${size}]`))
      set(el, { "--rows": seen.labels.length })
      paint(null)
    },
  }
}
