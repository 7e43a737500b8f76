/** A sentence, or two, from left to right: tokens and ids, logits, probabilities, the answer. */
import { button, copies, field, inputRow, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, chips, fixed, flow, h, panel, set, table } from "../drawing/kit.js"
import { argmax, softmax } from "../drawing/numbers.js"

const EXAMPLES = {
  plain: "I hate this so much!",
  waiting: "I've been waiting for a HuggingFace course my whole life.",
  twisted: "Not bad at all, for a film without a plot.",
}
const HINTS = { A: "a sentence", B: "a second sentence, to compare" }
const SENTENCES = Object.keys(HINTS)
const ANSWERS = ["sentence", "label", "logit", "probability", "logit of the whole sentence"]
const TOKENS = ["sentence", "token", "id", "lead lost without it"]
const SHOWN = 60 // more chips than this tell the eye nothing
const PAUSE = 350 // milliseconds without a key before the words are weighed

export default {
  render({ model, el }) {
    let timer
    const view = explorer({ model, el, name: "A sentence through the pipeline", draw })
    const inputs = () => model.get("inputs")
    const weigh = () => {
      clearTimeout(timer)
      if (model.get("choices").tint) timer = setTimeout(view.ask, PAUSE, { weigh: true })
    }
    const type = (at, text) => {
      const { texts, marks } = inputs()
      view.ask({ texts: texts.with(at, text), marks: marks.with(at, {}), weigh: false })
      weigh()
    }
    const pick = (at, i) => {
      const { [i]: marked, ...others } = inputs().marks[at]
      const own = marked ? others : { ...others, [i]: model.get("choices").click }
      view.ask({ marks: inputs().marks.with(at, own) })
    }
    const code = () => {
      const { texts, marks } = inputs()
      const given = [...texts, marks].map(one => JSON.stringify(one)).join(", ")
      return `pipeline_explorer(tokenizer, model, ${given})`
    }

    const fields = SENTENCES.map((label, i) =>
      field({ label, hint: HINTS[label], type: text => type(i, text) }))
    const top = inputRow(EXAMPLES, text => type(0, text), fields, view.reset)
    const lanes = SENTENCES.map((name, i) => lane(name, token => pick(i, token)))
    const ways = { out: "leaves a token out", mask: "masks it" }
    const click = segmented("A click", ways, value => view.choose({ click: value }))
    const tint = button("Which words decided?", () => {
      view.choose({ tint: !model.get("choices").tint })
      weigh()
    })
    const answers = table("The answers as a table", ANSWERS)
    const tokens = table("The tokens as a table", TOKENS)
    view.root.append(top.el,
      h("div", { class: "btp-picture" }, ...lanes.map(one => one.el)),
      h("div", { class: "btp-settings" }, tint, click.el, copies("Copy as code", code)),
      answers.el, tokens.el)

    function draw({ picture, inputs, choices, wrong }) {
      const seen = (picture?.lanes ?? []).map(one => measure(one, picture.mask, choices.tint))
      fields.forEach((one, i) => one.set(inputs.texts[i], note(seen[i]), wrong(i)))
      top.set(inputs.texts[0])
      click.set(choices.click)
      set(click.el, { hidden: !picture?.mask }) // not every tokenizer has one
      set(tint, { "aria-pressed": String(choices.tint) })
      const reach = Math.max(1, ...seen.flatMap(one => one.effects.map(Math.abs)))
      lanes.forEach((one, i) => one.set(seen[i], reach))
      answers.set(seen.flatMap((one, i) => one.labels.map((label, j) => [SENTENCES[i], label,
        fixed(one.logits[j], 3, true), fixed(one.shares[j], 4), fixed(one.whole[j], 3, true)])))
      tokens.set(seen.flatMap((one, i) => one.tokens.slice(0, SHOWN).map((token, j) =>
        [SENTENCES[i], token, one.ids[j], fixed(one.effects[j], 3, true)])))
    }
    const close = view.open()
    return () => (clearTimeout(timer), close())
  },
}

/** How far the answer is ahead of the next label; with one label, its logit. */
const lead = (logits, best) =>
  logits.length > 1 ? logits[best] - Math.max(...logits.filter((_, i) => i !== best)) : logits[0]

/** What a lane draws. An effect is the part of the answer's lead that goes when its token does. */
function measure(lane, mask, tint) {
  const [whole, logits] = [lane.whole.map(Number), lane.logits.map(Number)]
  const best = argmax(whole)
  const lost = row => lead(whole, best) - lead(row.map(Number), best)
  const effects = tint && lane.without ? lane.without.map(lost) : []
  return { ...lane, mask, whole, logits, best, shares: softmax(logits), effects }
}

function note(seen) {
  const n = seen?.ids.length
  const cut = seen?.unread && `${n} tokens are read; ${seen.unread} characters were cut off.`
  const drawn = n > SHOWN && `${SHOWN} of ${n} tokens are drawn.`
  const bare = n === 2 && "No words here, only the special tokens: the model answers all the same."
  return [cut, drawn, bare].filter(Boolean).join(" ")
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

/** A sentence's panels, and strands between them; the token under pointer or focus is left out. */
function lane(name, pick) {
  let seen, reach
  const hint = h("p", { class: "btp-hint" })
  const words = chips({ name: `Tokens of ${name}`, pick, hover: i => seen && paint(i) })
  const wide = { role: "logit", low: -6, high: 6, ticks: [-6, -3, 0, 3, 6] }
  const logits = bars({ ...wide, name: `Logits of ${name}` })
  const share = { role: "probability", low: 0, high: 1, ticks: [0, 0.5, 1], digits: 4 }
  const shares = bars({ ...share, name: `Probabilities of ${name}` })
  const last = answer()
  const [into, soft, most] = ["model", "softmax", "argmax"].map(flow)
  const titles = [`${name} · tokens and ids`, "logits", "probabilities", "answer"]
  const panels = [words, logits, shares, last].map((one, i) => panel(titles[i], one.el))
  panels[0].el.append(hint)
  const el = h("div", { class: "btp-lane", role: "group", "aria-label": `Sentence ${name}` },
    panels[0].el, into.el, panels[1].el, soft.el, panels[2].el, most.el, panels[3].el)

  function paint(over) {
    const { tokens, ids, special, marks, labels, effects, whole, best } = seen
    const trial = over !== null && over < effects.length && !marks.some(Boolean)
    const now = trial ? seen.without[over].map(Number) : seen.logits
    const [p, before] = [softmax(now), softmax(whole)]
    const won = argmax(p)
    const weights = tokens.map((_, i) => (effects[i] ?? 0) / reach)
    const drawn = tokens.slice(0, SHOWN)
    words.set(drawn.map((token, i) => ({ text: marks[i] === "mask" ? seen.mask : token, id: ids[i],
      special: special[i], mark: marks[i], tint: weights[i], said: said(seen, i) })))
    const row = (name, value, was, i) => ({ name, value, was: was[i], chosen: i === won })
    logits.set(labels.map((name, i) => row(name, now[i], whole, i)))
    shares.set(labels.map((name, i) => row(name, p[i], before, i)))
    const at = i => (30 + 48 * i) / (48 * labels.length + 20) // the middle of a bar: view.css
    const each = (list, one) => list.flatMap((_, i) => labels.map((_, j) => one(i, j)))
    const gone = i => (trial && over === i) || marks[i] === "out"
    into.set(each(drawn, (i, j) => ({ from: -0.2 + (1.4 * (i + 0.5)) / drawn.length, to: at(j),
      role: gone(i) ? "logit btp-faint" : weights[i] < 0 ? "logit btp-against" : "logit",
      weight: j === best ? Math.abs(weights[i]) : 0 })))
    soft.set(each(labels, (i, j) =>
      ({ from: at(i), to: at(j), role: "probability", weight: i === j ? p[j] || 0 : 0 })))
    const end = i => (i === won ? "answer" : "filtered")
    most.set(p.map((x, i) => ({ from: at(i), to: 0.5, role: end(i), weight: x || 0 })))
    last.set(labels[won] ?? "no answer", `score ${fixed(p[won] ?? NaN, 4)}`,
      won === best ? "" : `was ${labels[best]}`)
    set(hint, { text: said(seen, over) })
  }
  return { el, set(next, scale) {
    [seen, reach] = [next, scale]
    set(el, { hidden: !seen, "--rows": seen?.labels.length })
    if (!seen) return
    panels[0].shape(`[1, ${seen.ids.length}]`)
    for (const one of panels.slice(1, 3)) one.shape(`[1, ${seen.labels.length}]`)
    paint(null)
  } }
}
