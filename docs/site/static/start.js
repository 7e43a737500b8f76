/* A page's stills come to life where they can; where they can't, a sentence says why. */
{
  const root = new URL("..", document.currentScript.src)
  const say = words => {
    for (const still of document.querySelectorAll("[data-explorer]")) {
      const line = document.createElement("p")
      line.className = "btp-wake-words"
      line.textContent = words
      still.append(line)
    }
  }
  const begin = () => {
    if (!document.querySelector("[data-explorer]")) return
    if (location.protocol === "file:")
      return say("On a page from the disk a browser loads no model: make serve shows this page alive.")
    if (typeof WebAssembly === "undefined" || typeof DecompressionStream === "undefined")
      return say("This browser has no WebAssembly, or it is switched off: the picture stays.")
    import(new URL("live/docs/live/page.js", root)).then(page => page.begin(root))
      .catch(problem => say(`The explorer can't start here: ${problem.message}. The picture stays.`))
  }
  document.addEventListener("DOMContentLoaded", begin)
}
