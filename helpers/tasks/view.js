/** One room, three explorers: which one it is, the names of its inputs say. */
import { entitiesView } from "./entities.js"
import { labelsView } from "./labels.js"
import { spansView } from "./spans.js"

export default {
  render(given) {
    const { question, labels } = given.model.get("start").inputs
    if (question !== undefined) return spansView(given)
    return labels === undefined ? entitiesView(given) : labelsView(given)
  },
}
