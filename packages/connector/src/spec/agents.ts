/** The `mcp` block of a spec: what agents may change, what they may read of the copy, and who asks over HTTP. */
import { Schema } from "effect"
import { ApiName, Name, Secret } from "./values.ts"

const Text = Schema.String.check(Schema.isMinLength(1))

const Caller = Schema.Struct({
  name: Name,
  token: Secret,
  /** The Salesforce user as whom this caller's requests run. */
  username: Text,
  /** May ask the copy, which holds what the sync's own user sees. */
  copy: Schema.optionalKey(Schema.Boolean)
})

export const Agents = Schema.Struct({
  /** Objects that `--allow-writes` lets agents change. */
  objects: Schema.optionalKey(Schema.NonEmptyArray(ApiName)),
  /** Table of the copy → the columns that agents may read. */
  tables: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Union([Schema.Literal("all"), Schema.NonEmptyArray(Text)]))
  ),
  callers: Schema.optionalKey(Schema.NonEmptyArray(Caller))
})
export type Agents = typeof Agents.Type
