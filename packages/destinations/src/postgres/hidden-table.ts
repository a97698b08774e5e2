/**
 * A generation that is not visible yet, in a table beside the visible one. While it is open, files are copied into it
 * on two connections, each segment in a transaction that notes the segment, so that a killed load goes on where it
 * stopped. Settling it gives it its key; from then on rows come through staging.
 */
import type { Segment } from "@decant/connector"
import { Effect } from "effect"
import type { DestinationError } from "../destination-error.ts"
import { batchesOf } from "../duckdb-sql/batches.ts"
import { nonUniqueKey } from "../duckdb-sql/stage.ts"
import { columnOf, identifier, literal } from "../sql-text.ts"
import { asOfColumn, type TableLayout } from "../table-layout.ts"
import { liveTombstones } from "./apply.ts"
import { barred } from "./classify.ts"
import type { NulCount } from "./copy-file.ts"
import { hiddenDefinitions, type LoadPlan, loadPlan } from "./load-plan.ts"
import { fitted } from "./postgres-layout.ts"
import { checkValues, keyMissing, keysEqual, keyText, newestFirst } from "./reduce.ts"
import type { Sessions } from "./sessions.ts"
import type { Sql } from "./sql.ts"
import { copyBatchOn, copyFile, copyOptions, dropStage, type FileOf, stageOf, stagePrefix } from "./stage.ts"
import { changedOutside, ensureColumns, qualified, tableTypes } from "./target-table.ts"
import { transaction } from "./transaction.ts"
import { onTwoConnections } from "./two-connections.ts"

export const hiddenName = (table: string, generation: number): string =>
  fitted(`_decant_${table}_g${generation}`)

export interface Hidden {
  readonly layout: TableLayout
  readonly generation: number
  readonly name: string
  /** Qualified and quoted. */
  readonly sql: string
}

export const hiddenOf = (layout: TableLayout, generation: number): Hidden => {
  const name = hiddenName(layout.table, generation)
  return { layout, generation, name, sql: qualified(layout.schema, name) }
}

const mine = "schema_name = $1 AND stream = $2 AND generation = $3"
const at = ({ layout, generation }: Hidden) => [layout.schema, layout.stream, generation]

/** The columns that the server computes, or null when the table is not open for copying. */
const openColumns = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden) {
  const rows = yield* sql.rows(
    `SELECT attname AS name, attgenerated = 's' AS computed, atthasdef AS filled FROM pg_catalog.pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [hidden.sql]
  )
  const isOpen = rows.some(({ name, filled }) => name === asOfColumn && filled === true)
  return isOpen ? new Set(rows.filter(({ computed }) => computed === true).map(({ name }) => name)) : null
})

/** Whether files can be loaded into the table as it stands, rather than merged: it has no key yet. */
const isOpen = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden, plan: LoadPlan | null) {
  return plan !== null && (yield* openColumns(sql, hidden)) !== null
})

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

const addKey = Effect.fnUntraced(function* (
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

export interface HiddenOptions {
  readonly plan: LoadPlan | null
  /** Commits of this generation stand in the table. */
  readonly goesOn: boolean
  /** The visible table is Decant's. */
  readonly published: boolean
}

const create = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden, plan: LoadPlan | null) {
  yield* sql.run(`DROP TABLE IF EXISTS ${hidden.sql}`)
  yield* sql.run(`DELETE FROM _decant.loads WHERE ${mine}`, at(hidden))
  yield* sql.run(`CREATE TABLE ${hidden.sql} (${hiddenDefinitions(hidden.layout, plan).join(", ")})`)
  if (plan === null) yield* addKey(sql, hidden)
})

const sameColumns = (hidden: Hidden, types: ReadonlyMap<string, string>): boolean =>
  hidden.layout.columns.every(({ name }) => types.has(name)) && types.has(asOfColumn)

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
      if (types === null || (!options.goesOn && !sameColumns(hidden, types))) {
        yield* create(sql, hidden, options.plan)
      } else if (options.goesOn) {
        const known = { layout, table: hidden.name, known: null, mayReplace: false }
        yield* ensureColumns(sql, known, types)
      }
      return yield* isOpen(sql, hidden, options.plan)
    })
  )

const noted = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden) {
  const rows = yield* sql.rows(`SELECT id FROM _decant.loads WHERE ${mine}`, at(hidden))
  return new Set(rows.map(({ id }) => String(id)))
})

interface Files {
  readonly fileOf: FileOf
  readonly nul: NulCount
}

const copyStraight = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  names: ReadonlyArray<string>,
  segment: Segment,
  { fileOf, nul }: Files
): Effect.fn.Return<void, DestinationError> {
  const columns = names.map(identifier)
  const statement = `COPY ${hidden.sql} (${columns.join(", ")}) ${copyOptions(columns)}`
  // Reading a number costs each row less than reading a time.
  const seconds = (Date.parse(segment.asOf) / 1000).toFixed(3)
  yield* sql.rows("SELECT set_config('decant.as_of', $1, true)", [seconds])
  for (const file of segment.files.filter(({ bytes, rows }) => bytes > 0 || rows > 0)) {
    yield* copyFile(sql, statement, file, fileOf, nul)
  }
})

const copyStaged = Effect.fnUntraced(function* (
  sql: Sql,
  hidden: Hidden,
  segment: Segment,
  { fileOf, nul }: Files
): Effect.fn.Return<void, DestinationError> {
  const { layout } = hidden
  const computed = yield* openColumns(sql, hidden)
  for (const batch of batchesOf([segment])) {
    const stage = stageOf(layout, batch)
    yield* copyBatchOn(sql, stage, fileOf, nul)
    yield* checkValues(sql, layout, stage)
    const names = stage.columns.filter(({ name }) => computed?.has(name) !== true).map(({ name }) => name)
    const columns = [...names, asOfColumn].map(identifier).join(", ")
    yield* sql.run(`INSERT INTO ${hidden.sql} (${columns}) SELECT ${columns} FROM ${stage.typed} s`)
    yield* dropStage(sql, stage)
  }
})

/** One segment in one transaction, together with the note that it is there. */
const loadSegment = (
  sql: Sql,
  hidden: Hidden,
  segment: Segment,
  copy: Effect.Effect<void, DestinationError>
): Effect.Effect<void, DestinationError> =>
  transaction(
    sql,
    Effect.gen(function* () {
      yield* sql.run(
        "INSERT INTO _decant.loads VALUES ($1, $2, $4, $3, pg_current_xact_id()::xid::text, false)",
        [...at(hidden), segment.id]
      )
      yield* copy
    })
  )

/** Whether the server computes for this table what the plan wants computed. */
const suits = (plan: LoadPlan, computed: ReadonlySet<unknown>): boolean =>
  plan.computed.length === computed.size && plan.computed.every(({ name }) => computed.has(name))

/** Copies the segments that are not there yet. */
export const loadSegments = Effect.fnUntraced(function* (
  sessions: Sessions,
  hidden: Hidden,
  segments: ReadonlyArray<Segment>,
  files: Files
): Effect.fn.Return<void, DestinationError> {
  const [before, computed] = yield* sessions.use((sql) =>
    Effect.all([noted(sql, hidden), openColumns(sql, hidden)])
  )
  const missing = segments.filter(({ id }) => !before.has(id))
  yield* onTwoConnections(sessions, missing, (sql, segment) => {
    const plan = loadPlan(hidden.layout, segment.header)
    const staged = loadSegment(sql, hidden, segment, copyStaged(sql, hidden, segment, files))
    if (plan?.columns == null || computed === null || !suits(plan, computed)) return staged
    const straight = copyStraight(sql, hidden, plan.columns, segment, files)
    return loadSegment(sql, hidden, segment, straight).pipe(
      // `42.0` is a whole number all the same; what is refused there too is said.
      Effect.catchIf(
        (failure) => failure.code === "SEGMENT_REFUSED",
        () => staged
      )
    )
  })
})

/** In the transaction of the checkpoint: what was copied for these segments counts from now on. */
export const acceptLoads = (sql: Sql, hidden: Hidden, ids: ReadonlyArray<string>) =>
  sql.run(`UPDATE _decant.loads SET committed = true WHERE ${mine} AND id = ANY($4)`, [...at(hidden), ids])

/** Rows that a killed process copied and no commit ever covered. */
const removeUnaccepted = Effect.fnUntraced(function* (sql: Sql, hidden: Hidden) {
  const rows = yield* sql.rows(
    `DELETE FROM _decant.loads WHERE ${mine} AND NOT committed RETURNING load_xid AS xid`,
    at(hidden)
  )
  if (rows.length === 0) return
  yield* sql.run(`DELETE FROM ${hidden.sql} WHERE xmin::text = ANY($1)`, [rows.map(({ xid }) => xid)])
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
  const computed = yield* openColumns(sql, hidden)
  if (computed === null) return null
  yield* removeUnaccepted(sql, hidden)
  const alter = [
    `ALTER COLUMN ${asOfColumn} DROP DEFAULT`,
    ...(layout.flag === null ? [] : [`ALTER COLUMN ${identifier(layout.flag.name)} DROP DEFAULT`]),
    ...[...computed].map((name) => `ALTER COLUMN ${identifier(String(name))} DROP EXPRESSION`)
  ]
  yield* sql.run(`ALTER TABLE ${hidden.sql} ${alter.join(", ")}`)
  const tombstones = layout.key === null ? null : yield* liveTombstones(sql, layout)
  if (tombstones !== null) {
    yield* sql.run(
      `DELETE FROM ${hidden.sql} t USING (${tombstones}) d WHERE d.key = ${keyText(layout.key ?? [], "t")} AND ${barred(layout, "t")}`
    )
  }
  return yield* addKey(sql, hidden)
})

export const dropHidden = Effect.fnUntraced(function* (
  sql: Sql,
  of: {
    readonly schema: string
    readonly stream: string
    readonly table: string
    readonly generation: number
  }
): Effect.fn.Return<void, DestinationError> {
  yield* sql.run(`DROP TABLE IF EXISTS ${qualified(of.schema, hiddenName(of.table, of.generation))}`)
  const where = `WHERE schema_name = ${literal(of.schema)} AND stream = ${literal(of.stream)} AND generation = ${of.generation}`
  yield* sql.run(`DELETE FROM _decant.loads ${where}`)
  yield* sql.run(`DELETE FROM _decant.segments ${where}`)
})
