/** JSON Schema (draft 2020-12) of the spec file, for `# yaml-language-server: $schema=…`. */
import { Schema } from "effect"
import { keyMeanings } from "./key-meanings.ts"
import { Spec } from "./spec.ts"

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const meaningOf = (path: ReadonlyArray<string>): string | undefined =>
  keyMeanings[path.join(".")] ?? keyMeanings[path.at(-1) ?? ""]

/** Adds to each property what its key means; lists and unions stand at their key's own path. */
const withMeanings = (node: unknown, path: ReadonlyArray<string>): unknown => {
  if (Array.isArray(node)) return node.map((item) => withMeanings(item, path))
  if (!isObject(node)) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key !== "properties" || !isObject(value)) return [key, withMeanings(value, path)]
      const properties = Object.entries(value).map(([name, schema]) => {
        const inner = withMeanings(schema, [...path, name]) as Json
        const description = meaningOf([...path, name])
        return [name, description === undefined ? inner : { description, ...inner }]
      })
      return [key, Object.fromEntries(properties)]
    })
  )
}

export const specJsonSchema = (): Json => {
  const document = Schema.toJsonSchemaDocument(Spec, { onExcessProperty: "error" })
  const described = withMeanings(document.schema, []) as Json
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Decant spec",
    ...described,
    ...(Object.keys(document.definitions).length > 0 ? { $defs: document.definitions } : {})
  }
}
