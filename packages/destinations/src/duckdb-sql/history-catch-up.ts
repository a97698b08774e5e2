/**
 * A history brought to what a table holds: when it is switched on, after a time in which it was off, and when a
 * generation takes the table's place. Only differences are written.
 */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, historyColumns } from "../table-layout.ts"
import type { ApplyTo } from "./apply.ts"
import { openVersions, settleVersions } from "./history.ts"
import type { Sql } from "./sql.ts"
import { asHeld, type HistoryTable, sameKey, versionColumns } from "./timeline.ts"

const { from, to: until, current } = historyColumns

/** `to.target` is the table that the history shall agree with. */
export const catchUp = Effect.fnUntraced(function* (
  sql: Sql,
  to: ApplyTo,
  history: HistoryTable
): Effect.fn.Return<void, DestinationError> {
  const { layout, target } = to
  const [any] = yield* sql.rows(`SELECT 1 FROM ${history.sql} LIMIT 1`)
  const names = versionColumns(history).filter((name) => target.types.has(name))
  if (any === undefined) {
    const types = new Map([...history.types].filter(([name]) => target.types.has(name)))
    yield* openVersions(sql, to, { ...history, types }, target.sql)
    return
  }
  const key = layout.key ?? []
  const keys = key.map(({ name }) => identifier(name)).join(", ")
  const flag = layout.flag?.name.toLowerCase() ?? null
  const differs = names
    .filter((name) => name !== flag)
    .map((name) => `${asHeld(history, target.types, "t", name)} IS DISTINCT FROM ${columnOf("h", name)}`)
    .join(" OR ")
  const flagged = (alias: string) => (flag === null ? "false" : `(${columnOf(alias, flag)} IS TRUE)`)
  const last = `(FROM ${history.sql} QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY ${current} DESC, ${until} DESC, ${from} DESC) = 1)`
  const cells = names
    .map((name) => `${asHeld(history, target.types, "t", name)} AS ${identifier(name)}`)
    .join(", ")
  const missing = versionColumns(history)
    .filter((name) => !target.types.has(name))
    .map((name) => `, NULL AS ${identifier(name)}`)
    .join("")
  const known = columnOf("h", key[0]?.name ?? "")
  // A mark that the source did not stamp is a deletion that was found out; it ends a version and opens none.
  const marked = `${flagged("t")} AND NOT ${flagged("h")} AND NOT (${differs})`
  yield* sql.run(
    `CREATE OR REPLACE TEMP TABLE _decant_versions AS SELECT ${cells}${missing}, t.${asOfColumn}, 1 AS place
      FROM ${target.sql} t LEFT JOIN ${last} h ON ${sameKey(key, "t", "h")}
      WHERE ${known} IS NULL OR ${differs} OR (NOT ${flagged("t")} AND (NOT h.${current} OR ${flagged("h")}))`
  )
  const ended = (rows: string, at: string) =>
    sql.run(
      `MERGE INTO ${history.sql} h USING (${rows}) s ON h.rowid = s.version
        WHEN MATCHED THEN UPDATE SET ${current} = false, ${until} = greatest(h.${from}, ${at})`
    )
  yield* ended(
    `SELECT h.rowid AS version, t.${asOfColumn} AS as_of FROM ${history.sql} h JOIN ${target.sql} t ON ${sameKey(key, "t", "h")}
      WHERE h.${current} AND ${marked}`,
    "s.as_of"
  )
  if (layout.deletes.absent !== "keep") {
    yield* ended(
      `SELECT h.rowid AS version FROM ${history.sql} h ANTI JOIN ${target.sql} t ON ${sameKey(key, "t", "h")} WHERE h.${current}`,
      `TIMESTAMPTZ ${literal(to.now)}`
    )
  }
  yield* settleVersions(sql, to, history)
})
