/** The addresses that describe gives for an object. Objects without a page layout have three. */
import type { SObject } from "../org/field.ts"

const laidOut = [
  "compactLayouts",
  "rowTemplate",
  "approvalLayouts",
  "listviews",
  "describe",
  "quickActions",
  "layouts",
  "sobject"
]

const ends: Readonly<Record<string, string>> = {
  approvalLayouts: "/describe/approvalLayouts",
  caseArticleSuggestions: "/suggestedArticles",
  caseRowArticleSuggestions: "/{ID}/suggestedArticles",
  compactLayouts: "/describe/compactLayouts",
  describe: "/describe",
  layouts: "/describe/layouts",
  listviews: "/listviews",
  namedLayouts: "/describe/namedLayouts/{LayoutName}",
  passwordUtilities: "/{ID}/password",
  quickActions: "/quickActions",
  rowTemplate: "/{ID}",
  sobject: ""
}

export const objectUrls = (object: SObject, version: string): Readonly<Record<string, string>> => {
  const base = `/services/data/v${version}/sobjects/${object.name}`
  const keys = object.urlKeys ?? (object.traits.layoutable ? laidOut : ["rowTemplate", "describe", "sobject"])
  return Object.fromEntries(keys.map((key) => [key, `${base}${ends[key] ?? ""}`]))
}
