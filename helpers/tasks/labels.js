/** Labels of the reader's own: each is made a sentence, and the model says if it follows. */
import { field, inputRow, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, fixed, h, keep, panel, set, table, visible } from "../drawing/kit.js"
import { argmax, softmax } from "../drawing/numbers.js"

const STORIES = {
  train: "The train to Lyon leaves two hours late.",
  course: "This is a course about the Transformers library.",
  soup: "Add salt, and let it boil for an hour.",
}
const FIELDS = { text: "Text", labels: "Labels", template: "Sentence" }
const RULES = { one: "compete for one answer", many: "are judged each for itself" }
const MOST_READ = 24 // tokens of the text
const PAIRS = "the batch: one row a label, its sentence behind [SEP]"

export function labelsView({ model, el }) {
  const view = explorer({ model, el, name: "Labels of your own", draw })
  const names = Object.keys(FIELDS)
  const fields = names.map(name =>
    field({ label: FIELDS[name], type: text => view.ask({ [name]: text }) }))
  const top = inputRow(STORIES, text => view.ask({ text }), fields, view.reset)
  const pairs = h("div", { class: "btp-pairs" })
  const logit = { role: "logit", low: -6, high: 6, ticks: [-6, -3, 0, 3, 6] }
  const follows = bars({ ...logit, name: "Logits" })
  const share = { role: "probability", low: 0, high: 1, ticks: [0, 0.5, 1], digits: 4 }
  const scores = bars({ ...share, name: "Scores of the labels" })
  const won = answer()
  const how = h("p", { class: "btp-hint" })
  const batch = panel(PAIRS, pairs)
  const panels = [batch, panel("does the sentence follow?", follows.el),
    panel("scores", scores.el), panel("the answer", won.el, how)]
  const picture = h("div", { class: "btp-picture btp-own" }, ...panels.map(one => one.el))
  const rule = segmented("The labels", RULES, rule => view.choose({ rule }))
  const weights = h("p", { class: "btp-note" })
  const settings = h("div", { class: "btp-settings" }, rule.el, weights)
  const numbers = table("The labels as a table", ["label", "verdict", "logit", "score"])
  view.root.append(top.el, picture, settings, numbers.el)

  function draw({ picture: seen, inputs, choices, wrong }) {
    const cut = seen?.unread ? `${seen.unread} characters at the end were cut off.` : ""
    fields.forEach((one, i) => one.set(inputs[names[i]], i ? "" : cut, wrong(names[i])))
    top.set(inputs.text)
    rule.set(choices.rule)
    set(picture, { hidden: !seen })
    if (!seen) return
    set(weights, { text: `Weights: ${visible(seen.weights)}.` })
    const { labels, rows, verdicts, entailment: yes } = seen
    const no = yes ? 0 : verdicts.length - 1 // as the library has it
    const logits = seen.logits.map(row => row.map(Number))
    const alone = labels.length === 1
    const apart = alone || choices.rule === "many"
    const p = scoresOf(logits, yes, no, apart)
    const best = argmax(p)
    batch.shape(`[${rows.length}, ${Math.max(...rows.map(row => row.tokens.length))}]`)
    keep(pairs, rows.map(short), () => h("p"), (line, tokens) =>
      keep(line, tokens, () => h("span"), (one, [token, part]) =>
        set(one, { text: visible(token), class: "btp-token", "data-part": part })))
    follows.set(labels.flatMap((name, i) => [
      { name: `${name} · ${verdicts[yes]}`, value: logits[i][yes], chosen: i === best },
      { name: `${name} · ${verdicts[no]}`, value: logits[i][no], hatch: true },
    ].slice(0, apart ? 2 : 1)))
    scores.set(labels.map((name, i) => ({ name, value: p[i], chosen: i === best })))
    won.set(labels[best] ?? "none", `score ${fixed(p[best] ?? NaN, 4)}`)
    const why = alone ? "One label has no rival" : "Several may fit"
    set(how, { text: apart ? `${why}: its score is entailment against contradiction.`
      : "The labels share a 1: one of them always wins." })
    numbers.set(labels.flatMap((name, i) => verdicts.map((verdict, j) =>
      [name, verdict, fixed(logits[i][j], 3, true), j === yes ? fixed(p[i], 4) : ""])))
  }
  return view.open()
}

/** A score a label from logits [label][verdict]; `apart`: each label for itself. */
export const scoresOf = (logits, yes, no, apart) => apart
  ? logits.map(row => softmax([row[no], row[yes]])[1]) : softmax(logits.map(row => row[yes]))

/** The tokens of a pair that are drawn, each with its part: the end of a long text is left out. */
function short({ tokens, second }) {
  const left = second - 1 - MOST_READ
  const first = tokens.slice(0, left > 0 ? MOST_READ : second - 1).map(token => [token, "text"])
  const gap = left > 0 ? [[`… ${left} more`, "left"]] : []
  return [...first, ...gap, [tokens[second - 1], "text"],
    ...tokens.slice(second).map(token => [token, "label"])]
}
