/** Whatever the pointer can do in a view, the keyboard can do: every view, as its still begins. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"

import { fake, open, press } from "./browser.js"

const listeners = new Map() // element → types of its listeners
const listen = EventTarget => {
  const add = EventTarget.prototype.addEventListener
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (this.tagName) listeners.set(this, [...(listeners.get(this) ?? []), type])
    return add.call(this, type, ...rest)
  }
}
const on = (el, type) => listeners.get(el).includes(type)
const path = el => `${el.tagName} .${el.getAttribute("class")} "${el.getAttribute("aria-label")}"`
const NATIVE = ["BUTTON", "INPUT", "SUMMARY"]

const stills = readdirSync("helpers", { recursive: true })
  .filter(name => /stills.[^/]*\.json$/.test(name)).map(name => `helpers/${name}`).sort()
test("there are stills", () => assert.ok(stills.length >= 8))

for (const still of stills)
  test(still, async () => {
    const kept = JSON.parse(readFileSync(still, "utf8"))
    const view = (await import(`../../${still.split("/stills/")[0]}/view.js`)).default
    const model = fake(kept)
    listeners.clear()
    const { el, window } = open(view, model, listen)
    const all = [...listeners.keys()].filter(one => el.contains(one))
    for (const one of all.filter(one => on(one, "click")))
      assert.ok(NATIVE.includes(one.tagName), `only the pointer can click ${path(one)}`)
    for (const one of all.filter(one => on(one, "pointerenter")))
      assert.ok(one.tagName === "BUTTON" && on(one, "focus"), `no focus lights ${path(one)}`)
    for (const one of all.filter(one => on(one, "pointerdown"))) {
      assert.equal(one.getAttribute("role"), "slider", path(one))
      assert.ok(one.getAttribute("aria-label") && one.hasAttribute("aria-valuenow"), path(one))
      assert.equal(one.tabIndex, 0, path(one))
      const now = () => JSON.stringify([model.get("choices"), model.get("inputs")])
      for (const key of ["ArrowLeft", "ArrowRight"]) {
        const before = now()
        press(window, one, key)
        assert.notEqual(now(), before, `${key} does not move ${path(one)}`)
      }
    }
  })
