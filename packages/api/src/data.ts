/** The copy itself: its tables, and read-only SQL over them. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { ConnectionId } from "./connections.ts"
import { failures } from "./failures.ts"
import { Table } from "./org.ts"
import { SignedIn, WellFormed } from "./session.ts"

export const DataTable = Schema.Struct({
  schema: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["table", "view"]),
  /** Null for views: counting them may take long. */
  rows: Schema.NullOr(Schema.Finite),
  /** A statement that shows it. */
  sql: Schema.String
})
export type DataTable = typeof DataTable.Type

const params = { id: ConnectionId }
const sql = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100_000))

export const DataGroup = HttpApiGroup.make("data")
  .add(
    HttpApiEndpoint.get("tables", "/connections/:id/tables", {
      params,
      success: Schema.Array(DataTable),
      error: failures
    }),
    /** One SELECT, at most 60 seconds. `Invalid` says what the database makes of it. */
    HttpApiEndpoint.post("query", "/connections/:id/query", {
      params,
      payload: Schema.Struct({
        sql,
        /** At most so many rows, 1,000 when absent. */
        limit: Schema.optionalKey(
          Schema.Finite.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 10_000 }))
        )
      }),
      success: Schema.Struct({ ...Table.fields, durationMs: Schema.Finite }),
      error: failures
    }),
    /** The same as a CSV file, at most 1,000,000 rows. */
    HttpApiEndpoint.post("csv", "/connections/:id/query.csv", {
      params,
      payload: Schema.Struct({ sql }),
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/csv; charset=utf-8" }),
      error: failures
    })
  )
  .middleware(SignedIn)
  .middleware(WellFormed)
