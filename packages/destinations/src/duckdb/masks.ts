/** The keys of masks, padded for HMAC-SHA-256 (RFC 2104) and bound as values, so that no SQL text holds them. */
import { createHash } from "node:crypto"
import type { StreamSchema } from "@decant/connector"
import { blobValue } from "@duckdb/node-api"
import { Effect, Redacted } from "effect"
import { DestinationError } from "../destination-error.ts"
import { hmac } from "../duckdb-sql/column-values.ts"
import type { Sql, Statements } from "../duckdb-sql/sql.ts"
import { identifier } from "../sql-text.ts"
import type { TableLayout } from "../table-layout.ts"
import type { KnownColumn } from "./descriptions.ts"

export type MaskKeys = Readonly<Record<string, Redacted.Redacted<string>>>

const blockBytes = 64

const padded = (key: string, byte: number): Uint8Array => {
  const bytes = Buffer.from(key, "utf8")
  const short = bytes.length > blockBytes ? createHash("sha256").update(bytes).digest() : bytes
  return Uint8Array.from({ length: blockBytes }, (_, at) => (short[at] ?? 0) ^ byte)
}

const keyMissing = (stream: string, name: string): DestinationError =>
  DestinationError.of(
    "MASK_KEY_MISSING",
    `${stream} masks columns with the key ${name}, and there is no such key here.`,
    "Run the sync on the machine whose credential store holds the key, or copy the key there. A new key would make masked values of old and new rows differ."
  )

/** Puts the keys that a schema's masks need where the column expressions look for them. */
export const loadMaskKeys = Effect.fnUntraced(function* (
  sql: Statements,
  schema: StreamSchema,
  keys: MaskKeys
): Effect.fn.Return<void, DestinationError> {
  const names = new Set(
    schema.columns.flatMap((column) => (column.mask === undefined ? [] : [column.mask.hmac]))
  )
  if (names.size === 0) return
  yield* sql.run(
    "CREATE OR REPLACE TEMP TABLE _decant_mask_keys (name VARCHAR, inner_pad BLOB, outer_pad BLOB)"
  )
  for (const name of names) {
    const key = keys[name]
    if (key === undefined) return yield* keyMissing(schema.stream, name)
    const text = Redacted.value(key)
    yield* sql.run("INSERT INTO temp._decant_mask_keys VALUES ($name, $inner, $outer)", {
      name,
      inner: blobValue(padded(text, 0x36)),
      outer: blobValue(padded(text, 0x5c))
    })
  }
})

const cannotUnmask = (layout: TableLayout, column: string): DestinationError =>
  DestinationError.of(
    "SCHEMA_INCOMPATIBLE",
    `The mask of ${layout.table}.${column} was changed or taken away; stored values cannot be turned into what it asks for now.`,
    `Read the stream again into a new table: \`decant sync --full-refresh ${layout.stream}\`.`
  )

/** A column that gets a mask: what is stored in clear is masked as well, in the same transaction. */
export const maskStored = Effect.fnUntraced(function* (
  sql: Sql,
  layout: TableLayout,
  table: { readonly sql: string; readonly types: ReadonlyMap<string, string> },
  known: ReadonlyArray<KnownColumn> | null
): Effect.fn.Return<void, DestinationError> {
  for (const { name, column } of layout.columns) {
    const before = known?.find((item) => item.name === name.toLowerCase())
    const mask = column.mask?.hmac ?? null
    if (before === undefined || before.mask === mask) continue
    const text = table.types.get(name.toLowerCase()) === "VARCHAR"
    if (before.mask !== null || mask === null || !text) return yield* cannotUnmask(layout, name)
    yield* sql.run(`UPDATE ${table.sql} SET ${identifier(name)} = ${hmac(identifier(name), mask)}`)
  }
})
