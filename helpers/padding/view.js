/** Two sentences in one batch: a grid of ids with a switch below each, and where the logits go. */
import { field, inputRow, segmented, slider } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { answer, bars, fixed, h, keep, panel, roving, set, table, visible } from "../drawing/kit.js"
import { argmax, softmax } from "../drawing/numbers.js"

const SECONDS = { short: "Not bad.", nothing: "", undecided: "It is a film." }
const ROWS = [0, 1]
const BATCH = ["sentence", "pads", "drift", "attention on pads", "label", "alone", "here"]
const CELLS = ["sentence", "position", "token", "id", "mask"]

export default {
  render({ model, el }) {
    const view = explorer({ model, el, name: "Two sentences in one batch", draw })
    const inputs = () => model.get("inputs")
    const fresh = patch => view.ask({ ...patch, flips: [[], []] })
    const type = (at, text) => fresh({ texts: inputs().texts.with(at, text) })
    const flip = (row, at) => {
      const list = inputs().flips[row]
      const own = list.includes(at) ? list.filter(i => i !== at) : [...list, at]
      view.ask({ flips: inputs().flips.with(row, own) })
    }
    const fields = ROWS.map(i => field({ label: String(i + 1), type: text => type(i, text) }))
    const top = inputRow(SECONDS, text => type(1, text), fields, view.reset)
    const grids = ROWS.map(row => idGrid(row, at => flip(row, at)))
    const work = h("p", { class: "btp-hint" })
    const batch = panel("input_ids, and below each its place in the attention_mask",
      h("div", { class: "btp-scroll" }, ...grids.map(one => one.el)), work)
    const ends = ROWS.map(outcome)
    const side = segmented("Pads on the", { right: "right", left: "left" }, side => fresh({ side }))
    const hide = value => fresh({ masked: value === "on" })
    const masked = segmented("Attention mask", { off: "off", on: "on" }, hide)
    const move = extra => Number.isInteger(extra) && fresh({ extra })
    const extra = slider({ label: "More pads", low: 0, high: 8, step: 1, digits: 0, move })
    const numbers = table("The batch as a table", BATCH)
    const cells = table("The grid as a table", CELLS)
    view.root.append(top.el,
      h("div", { class: "btp-picture btp-batch" }, batch.el, ...ends.map(one => one.el)),
      h("div", { class: "btp-settings" }, side.el, masked.el, extra.el), numbers.el, cells.el)

    function draw({ picture, inputs, wrong }) {
      const cut = i => (picture?.unread[i] ? `${picture.unread[i]} characters were cut off.` : "")
      fields.forEach((one, i) => one.set(inputs.texts[i], cut(i), wrong(i)))
      top.set(inputs.texts[1])
      side.set(inputs.side)
      masked.set(inputs.masked ? "on" : "off")
      extra.set(inputs.extra)
      if (!picture) return
      const { tokens, ids, real, mask, labels } = picture
      const all = real.flat()
      const pads = all.filter(one => !one).length
      batch.shape(`[2, ${ids[0].length}]`)
      set(work, { text: `${all.length} positions are computed; ${pads} of them are pads ` +
        `(hatched): ${Math.round((100 * pads) / all.length)} % of the work is thrown away. ` +
        `The head reads column 0: ${tokens.map(row => visible(row[0])).join(" and ")}.` })
      grids.forEach((one, row) => one.set(picture, row, inputs.flips[row]))
      const seen = ROWS.map(row => measure(picture, row))
      ends.forEach((one, row) => one.set(seen[row]))
      numbers.set(seen.flatMap((one, row) => labels.map((label, i) => [row + 1, one.pads,
        fixed(one.drift), fixed(one.share), label, fixed(one.alone[i], 3, true),
        fixed(one.now[i], 3, true)])))
      cells.set(ROWS.flatMap(row => tokens[row].map((token, at) =>
        [row + 1, at, token, ids[row][at], mask[row][at]])))
    }
    return view.open()
  },
}

/** What the batch made of a sentence; the drift is the largest change of a logit. */
function measure({ real, labels, alone, logits, on_pads: shares }, row) {
  const [before, now] = [alone[row], logits[row]].map(list => list.map(Number))
  const drift = Math.max(...now.map((z, i) => Math.abs(z - before[i])))
  const pads = real[row].filter(one => !one).length
  return { labels, alone: before, now, drift, pads, share: Number(shares[row]) }
}

/** A row of the batch: token, id, position, and the switch of its place in the mask. */
function idGrid(row, flip) {
  const name = `Attention mask of sentence ${row + 1}`
  const el = h("div", { class: "btp-ids", role: "group", "aria-label": name })
  const settle = roving(el, "button")
  const make = (_, at) => h("div", { class: "btp-slot" }, h("span", { class: "btp-name" }),
    h("span", { class: "btp-id" }),
    h("button", { type: "button", class: "btp-button", onclick: () => flip(at) }))
  return { el, set({ tokens, ids, real, mask }, row, flips) {
    keep(el, tokens[row], make, (cell, token, at) => {
      const [words, id, bit] = cell.children
      set(words, { text: visible(token), title: visible(token) })
      set(id, { text: String(ids[row][at]) })
      set(bit, { text: String(mask[row][at]), "aria-pressed": mask[row][at] === 1,
        "aria-label": `${mask[row][at]}, position ${at}, ${visible(token)}` })
      set(cell, { "data-pad": !real[row][at], "data-flipped": flips.includes(at) })
    })
    settle()
  } }
}

/** Logits of a sentence against those it has alone, the attention it loses, and the answer. */
function outcome(row) {
  const axis = { role: "logit", low: -6, high: 6, ticks: [-6, -3, 0, 3, 6] }
  const logits = bars({ ...axis, name: `Logits of sentence ${row + 1}` })
  const share = { role: "attention", low: 0, high: 1, ticks: [0, 0.5, 1] }
  const leak = bars({ ...share, name: `Attention of sentence ${row + 1}` })
  const last = answer()
  const drift = h("p", { class: "btp-drift" })
  const parts = [h("div", {}, logits.el, leak.el), h("div", {}, last.el, drift)]
  const box = panel(`${row + 1} · logits here, and alone (dashed)`,
    h("div", { class: "btp-outcome" }, ...parts))
  return { el: box.el, set({ labels, alone, now, drift: moved, share }) {
    const [won, before] = [argmax(now), argmax(alone)]
    const [p, own] = [softmax(now)[won], softmax(alone)[before]]
    const was = now.map((z, i) => (Math.abs(z - alone[i]) < 5e-4 ? z : alone[i])) // not rounding
    logits.set(labels.map((name, i) => ({ name, value: now[i], was: was[i], chosen: i === won })))
    leak.set([{ name: "attention on pads", value: share }])
    last.set(labels[won] ?? "no answer", `score ${fixed(p ?? NaN, 4)}`,
      won === before ? "" : `alone ${labels[before]} ${fixed(own, 4)}`)
    set(drift, { text: `drift ${fixed(moved)}` })
  } }
}
