/** The end of the copying into a generation's table: from here on it has its key, and rows come through staging. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { nonUniqueKey } from "../duckdb-sql/stage.ts"
import { columnOf, identifier } from "../sql-text.ts"
import { asOfColumn } from "../table-layout.ts"
import { liveTombstones } from "./apply.ts"
import { barred } from "./classify.ts"
import { closeTable } from "./close-table.ts"
import { type Hidden, openColumns } from "./hidden.ts"
import { removeUnaccepted } from "./load-notes.ts"
import { fitted } from "./postgres-layout.ts"
import { keyMissing, keysEqual, keyText, newestFirst } from "./reduce.ts"
import type { Sql } from "./sql.ts"
import { stagePrefix } from "./stage.ts"

/** Leaves the newest row of each key; where history is kept, the others stand aside in a table of the transaction. */
const dedupe = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<string | null, DestinationError> {
  const { layout } = hidden
  const key = layout.key ?? []
  const names = key.map(({ name }) => identifier(name)).join(", ")
  const repeated = `(SELECT ${names} FROM ${hidden.sql} GROUP BY ${names} HAVING count(*) > 1)`
  const rows = `${hidden.sql} t JOIN ${repeated} r ON ${keysEqual(key, "t", "r")}`
  const version = [...key, ...(layout.guard === null ? [] : [layout.guard])].map(({ name }) =>
    columnOf("t", name)
  )
  const cells = layout.columns.map(({ name }) => columnOf("t", name)).join(", ")
  const clash = yield* sql.rows(
    `SELECT ${keyText(key, "t")} AS example FROM ${rows} GROUP BY ${[...version, `t.${asOfColumn}`].join(", ")}
      HAVING count(DISTINCT ROW(${cells})::text) > 1 LIMIT 1`
  )
  if (clash[0] !== undefined) return yield* nonUniqueKey(layout, String(clash[0].example))
  const order = newestFirst(layout, ["row DESC"])
  const away = `ctid IN (SELECT row FROM (
       SELECT row, row_number() OVER (PARTITION BY ${names} ORDER BY ${order}) AS place
       FROM (SELECT t.*, t.ctid AS row FROM ${rows}) repeated_rows) placed WHERE place > 1)`
  const older = layout.history === null ? null : `_decant.${stagePrefix(layout.schema, layout.stream)}older`
  if (older !== null) {
    yield* sql.run(`CREATE UNLOGGED TABLE ${older} AS SELECT * FROM ${hidden.sql} WHERE ${away}`)
  }
  yield* sql.run(`DELETE FROM ${hidden.sql} WHERE ${away}`)
  return older
})

export const addKey = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<string | null, DestinationError> {
  const { layout } = hidden
  if (layout.key === null) return null
  const names = layout.key.map(({ name }) => identifier(name)).join(", ")
  const name = identifier(fitted(`${hidden.name}_pkey`))
  const statement = `ALTER TABLE ${hidden.sql} ADD CONSTRAINT ${name} PRIMARY KEY (${names})`
  yield* sql.run("SET LOCAL maintenance_work_mem = '256MB'")
  const refused = yield* sql.refusedWith(statement, ["23505", "23502"])
  if (refused === "23502") return yield* keyMissing(layout)
  if (refused === null) return null
  const older = yield* dedupe(sql, hidden)
  yield* sql.run(statement)
  return older
})

/**
 * Ends the copying: nothing but accepted rows, one per key, none that was removed since; and the key. Names the table
 * of older rows, if there is one.
 */
export const settle = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden
): Effect.fn.Return<string | null, DestinationError> {
  const { layout } = hidden
  if ((yield* openColumns(sql, hidden)) === null) return null
  yield* closeTable(sql, hidden.sql)
  const open = yield* openColumns(sql, hidden)
  const listTexts = [...(open?.listTexts.values() ?? [])]
  yield* removeUnaccepted(sql, hidden)
  const alter = [
    `ALTER COLUMN ${asOfColumn} DROP DEFAULT`,
    ...(layout.flag === null ? [] : [`ALTER COLUMN ${identifier(layout.flag.name)} DROP DEFAULT`]),
    ...[...(open?.computed ?? [])].map((name) => `ALTER COLUMN ${identifier(name)} DROP EXPRESSION`)
  ]
  yield* sql.run(`ALTER TABLE ${hidden.sql} ${alter.join(", ")}`)
  if (listTexts.length > 0) {
    const away = listTexts.map((name) => `DROP COLUMN ${identifier(name)}`)
    yield* sql.run(`ALTER TABLE ${hidden.sql} ${away.join(", ")}`)
  }
  const tombstones = layout.key === null ? null : yield* liveTombstones(sql, layout)
  if (tombstones !== null) {
    yield* sql.run(
      `DELETE FROM ${hidden.sql} t USING (${tombstones}) d WHERE d.key = ${keyText(layout.key ?? [], "t")} AND ${barred(layout, "t")}`
    )
  }
  return yield* addKey(sql, hidden)
})
