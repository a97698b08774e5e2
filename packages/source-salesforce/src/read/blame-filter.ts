/** A refusal of a query whose only part by the person is its `where`: said in terms of the spec. */
import type { ReadError } from "../read-error.ts"
import { SourceError, sourceError } from "../source-error.ts"
import type { StreamDefinition } from "../streams/stream-definition.ts"

/** Behind Salesforce's excerpt of the query with its caret; the advice about custom fields is for all others. */
const reasonIn = (said: string): string =>
  said
    .replace(/^[\s\S]*ERROR at Row:\d+:Column:\d+/, "")
    .replace(/^[A-Z_]+ /, "")
    .replace(/If you are attempting to use a custom field[\s\S]*$/, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[.:]$/, "")

/** Our own part names fields that were described a moment ago. */
const isFilters = ({ where, select }: StreamDefinition, error: SourceError): boolean => {
  if (where === null) return false
  if (error.code === "API_MALFORMED_QUERY") return true
  if (error.code !== "API_UNKNOWN_FIELD") return false
  const [, name = ""] = /No such column '([^']+)'/.exec(error.said) ?? []
  return !select.some((field) => field.toLowerCase() === name.toLowerCase())
}

export const blameFilter =
  (definition: StreamDefinition) =>
  (error: ReadError): ReadError =>
    error instanceof SourceError && isFilters(definition, error)
      ? sourceError(
          "WHERE_REFUSED",
          `Salesforce refuses the \`where\` of ${definition.stream}, “${definition.where}”: ${reasonIn(error.said)}.`,
          "Correct `where` in the spec: it is what stands behind WHERE in SOQL. `decant discover --object` lists the fields.",
          { disposition: "spec" }
        )
      : error
