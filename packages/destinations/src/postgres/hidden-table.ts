/** The table of a generation that is not visible yet: made, taken up again, dropped. */
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { asOfColumn } from "../table-layout.ts"
import { closeTable } from "./close-table.ts"
import { type Hidden, hiddenName, openColumns } from "./hidden.ts"
import { forgetLoads } from "./load-notes.ts"
import { hiddenDefinitions, type LoadPlan } from "./load-plan.ts"
import { addKey } from "./settle.ts"
import type { Sql } from "./sql.ts"
import { changedOutside, ensureColumns, qualified, tableTypes, takesRows } from "./target-table.ts"
import { transaction } from "./transaction.ts"

/** Whether files can be loaded into the table as it stands, rather than merged: it has no key yet. */
const isOpen = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden, plan: LoadPlan | null) {
  return plan !== null && (yield* openColumns(sql, hidden)) !== null
})

export interface HiddenOptions {
  readonly plan: LoadPlan | null
  /** Commits of this generation stand in the table. */
  readonly goesOn: boolean
  /** The visible table is Decant's. */
  readonly published: boolean
}

const create = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden, plan: LoadPlan | null) {
  yield* sql.run(`DROP TABLE IF EXISTS ${hidden.sql}`)
  yield* forgetLoads(sql, { ...hidden.layout, generation: hidden.generation })
  yield* sql.run(`CREATE TABLE ${hidden.sql} (${hiddenDefinitions(hidden.layout, plan).join(", ")})`)
  if (plan === null) yield* addKey(sql, hidden)
})

const suits = ({ layout }: Hidden, types: ReadonlyMap<string, string>): boolean =>
  takesRows(layout, types) && types.has(asOfColumn)

/** Makes the table, or takes up the one that an earlier commit or a killed one made; true when it takes copies. */
export const ensureHidden = (
  sql: Sql,
  hidden: Hidden,
  options: HiddenOptions
): Effect.Effect<boolean, DestinationError> =>
  transaction(
    sql,
    Effect.gen(function* () {
      const { layout } = hidden
      const types = yield* tableTypes(sql, layout.schema, hidden.name)
      if (!options.published && (yield* tableTypes(sql, layout.schema, layout.table)) !== null) {
        return yield* changedOutside(layout, "there is a table of this name that Decant did not make")
      }
      if (types === null && options.goesOn) {
        return yield* changedOutside(layout, `the table ${hidden.name}, which was being loaded, is gone`)
      }
      if (types === null || (!options.goesOn && !suits(hidden, types))) {
        yield* create(sql, hidden, options.plan)
      } else if (options.goesOn && !takesRows(layout, types)) {
        // Whoever copies a part into it would keep the change, and with it the stream, waiting.
        yield* closeTable(sql, hidden.sql)
        const known = { layout, table: hidden.name, known: null, mayReplace: false }
        yield* ensureColumns(sql, known, types)
      }
      return yield* isOpen(sql, hidden, options.plan)
    })
  )

export const dropHidden = Effect.fnUntraced(function* (
  sql: Sql,
  of: {
    readonly schema: string
    readonly stream: string
    readonly table: string
    readonly generation: number
  }
): Effect.fn.Return<void, DestinationError> {
  const name = hiddenName(of.table, of.generation)
  const table = qualified(of.schema, name)
  if ((yield* tableTypes(sql, of.schema, name)) !== null) {
    yield* closeTable(sql, table)
    yield* sql.run(`DROP TABLE ${table}`)
  }
  yield* forgetLoads(sql, of)
  yield* sql.run("DELETE FROM _decant.segments WHERE schema_name = $1 AND stream = $2 AND generation = $3", [
    of.schema,
    of.stream,
    of.generation
  ])
})
