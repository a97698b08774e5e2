/**
 * Open query cursors. A cursor holds the Ids of its rows in order, as Salesforce's does; pages read the rows as they
 * are when asked for, so rows deleted in between are missing from them. Cursors live two days of the org's time. A
 * parent's children that are too many for a page have a cursor of their own.
 *
 * Who asks for a second page will ask for the next ones: they are printed together, by one reading of the table, and
 * hold for as long as nothing in the org changes.
 */
import { randomUUID } from "node:crypto"
import { DuckDBBlobValue, type DuckDBValue } from "@duckdb/node-api"
import { Context, Effect, Layer } from "effect"
import { makeId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { literal, quoted } from "../org/store.ts"
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { type Plan, selectRows } from "../soql/plan.ts"

const lifetime = 2 * 24 * 3600 * 1000
const pagesAtOnce = 4
/** Cursors whose next pages are kept: some 5 MB each. */
const keptAhead = 16

interface Cursor {
  readonly plan: Plan
  readonly version: string
  readonly total: number
  readonly batchSize: number
  readonly table: string
  readonly openedAt: number
  /** Where its table has the rows, for as long as its number is the same; undefined when they are not of one table. */
  readonly placesAt: number | undefined
  /** The version of the org when a page of it was last read. */
  seen: number
}

export interface Page {
  readonly total: number
  /** JSON texts of the rows, commas between them, as the bytes that are sent. */
  readonly records: Uint8Array
  /** `<id>-<offset of the next row>`; undefined on the last page. */
  readonly next: string | undefined
}

/** The children of one parent as a plan of their own; `path` leads to the subquery, such as `.0.1`. */
const childrenAt = (plan: Plan, path: string, parentId: string): Plan => {
  const [, first = "", ...deeper] = path.split(".")
  const child = plan.children[Number(first)]
  if (child === undefined) return plan
  if (deeper.length > 0) return childrenAt(child.plan, ["", ...deeper].join("."), parentId)
  return { ...child.plan, where: `${child.parentSql} = ${literal(parentId)} AND ${child.plan.where}` }
}

/** No page of no rows is made by the database. */
const bytesOf = (value: DuckDBValue | undefined): Uint8Array =>
  value instanceof DuckDBBlobValue ? value.bytes : new Uint8Array()

/** Where the plan's table has a row: found at once, but not for longer than nothing changes. */
const placeOf = ({ idSql }: Plan) => idSql.replace(/"Id"$/, "rowid")

const invalidLocator = badRequest("INVALID_QUERY_LOCATOR", "invalid query locator")

export class Cursors extends Context.Service<
  Cursors,
  {
    /** The first page of a query's rows; opens a cursor when there are more. */
    readonly first: (plan: Plan, version: string, batchSize: number) => Effect.Effect<Page>
    /** The page that a locator names. */
    readonly page: (locator: string) => Effect.Effect<Page, SalesforceError>
    /** Closes all cursors. */
    readonly reset: Effect.Effect<void>
  }
>()("salesforce-emulator/rest/Cursors") {
  static readonly layer = Layer.effect(
    Cursors,
    Effect.gen(function* () {
      const { store, clock } = yield* Org
      const mark = `${randomUUID()}@`
      const cursors = new Map<string, Cursor>()
      const ahead = new Map<Cursor, ReadonlyMap<number, Uint8Array>>()
      let opened = 0

      /** Rows from one position of the cursor up to another, with these things of each. */
      const between = (cursor: Cursor, from: number, to: number, selectList: string): string => {
        const { plan, table, placesAt } = cursor
        const here = placesAt !== undefined && placesAt === store.version()
        const [key, own] = here ? ["_place", placeOf(plan)] : ["Id", plan.idSql]
        const positions = `(SELECT rowid AS "_position", "${key}" FROM ${table} WHERE rowid >= ${from} AND rowid < ${to}) positions`
        return `SELECT ${selectList} FROM ${plan.from} JOIN ${positions} ON positions."${key}" = ${own} WHERE ${plan.live}`
      }

      const jsonOf = ({ plan, version, batchSize }: Cursor): string =>
        rowJson(plan, version, { size: batchSize, mark })

      const readRows = (cursor: Cursor, offset: number) =>
        Effect.gen(function* () {
          const { plan, version, batchSize } = cursor
          const sql = between(cursor, offset, offset + batchSize, jsonOf(cursor))
          const rows = yield* store.rows(`${sql} ORDER BY positions."_position"`)
          const texts = rows.map(([text]) => String(text))
          return Buffer.from((yield* withChildPages(plan, version, batchSize, texts)).join(","))
        })

      /** By their offsets; pages all of whose rows are gone are left out. */
      const readPages = (cursor: Cursor, offset: number, pages: number) =>
        Effect.gen(function* () {
          const { batchSize } = cursor
          const list = `${jsonOf(cursor)} AS j, positions."_position" AS n`
          const sql = between(cursor, offset, offset + pages * batchSize, list)
          const found = yield* store.rows(
            `SELECT (n // ${batchSize})::INTEGER, encode(string_agg(j, ',' ORDER BY n)) FROM (${sql}) GROUP BY ALL`
          )
          return new Map(found.map(([page, text]) => [Number(page) * batchSize, bytesOf(text)]))
        })

      const readAhead = (cursor: Cursor, offset: number) =>
        Effect.gen(function* () {
          const version = store.version()
          const calm = cursor.seen === version
          cursor.seen = version
          const kept = calm ? ahead.get(cursor)?.get(offset) : undefined
          if (kept !== undefined) return kept
          const pages = yield* readPages(cursor, offset, calm && offset > 0 ? pagesAtOnce : 1)
          ahead.delete(cursor)
          if (pages.size > 1 && store.version() === version) ahead.set(cursor, pages)
          for (const oldest of [...ahead.keys()].slice(0, -keptAhead)) ahead.delete(oldest)
          return pages.get(offset) ?? new Uint8Array()
        })

      const pageAt = (id: string, cursor: Cursor, offset: number, records: Uint8Array): Page => {
        const end = offset + cursor.batchSize
        if (end >= cursor.total) ahead.delete(cursor)
        return { total: cursor.total, records, next: end < cursor.total ? `${id}-${end}` : undefined }
      }

      const read = (id: string, cursor: Cursor, offset: number) =>
        Effect.map(
          cursor.plan.children.length === 0 ? readAhead(cursor, offset) : readRows(cursor, offset),
          (records) => pageAt(id, cursor, offset, records)
        )

      const open = (plan: Plan, apiVersion: string, batchSize: number) =>
        Effect.gen(function* () {
          opened += 1
          const id = makeId("01g", opened)
          const table = `"_cursor_${opened}"`
          const version = store.version()
          const isOneTable = plan.from.startsWith(`${quoted(plan.object.name)} `)
          const place = isOneTable ? `, ${placeOf(plan)} AS "_place"` : ""
          yield* store.aside(`CREATE TABLE ${table} AS ${selectRows(plan, `${plan.idSql} AS "Id"${place}`)}`)
          const [counted] = yield* store.rows(`SELECT count(*)::INTEGER FROM ${table}`)
          const total = Number(counted?.[0])
          const cursor = {
            plan,
            version: apiVersion,
            batchSize,
            table,
            total,
            openedAt: clock.now(),
            placesAt: isOneTable ? version : undefined,
            seen: store.version()
          }
          cursors.set(id, cursor)
          return { id, cursor }
        })

      /** Opens a cursor for each list of children that a page cuts short, and puts its address where it belongs. */
      const withChildPages = (plan: Plan, version: string, size: number, rows: ReadonlyArray<string>) =>
        plan.children.length === 0
          ? Effect.succeed(rows)
          : Effect.forEach(rows, (row) =>
              Effect.gen(function* () {
                const parts = row.split(mark)
                for (const [at, part] of parts.entries()) {
                  if (at === 0) continue
                  const [path = "", parentId = "", ...rest] = part.split(":")
                  const { id } = yield* open(childrenAt(plan, path, parentId), version, size)
                  parts[at] = `/services/data/v${version}/query/${id}-${size}${rest.join(":")}`
                }
                return parts.join("")
              })
            )

      /** Whether a cursor's first rows are the ones of these Ids. */
      const beginsWith = ({ batchSize, table }: Cursor, ids: DuckDBValue | undefined) =>
        Effect.map(
          store.rows(`SELECT string_agg("Id", ',' ORDER BY rowid) FROM ${table} WHERE rowid < ${batchSize}`),
          ([held]) => held?.[0] === ids
        )

      /** Of rows without children: their texts, how many there are, and their Ids, in one answer of the database. */
      const firstOfPlain = Effect.fnUntraced(function* (plan: Plan, version: string, batchSize: number) {
        const limit = Math.min(plan.limit ?? Number.POSITIVE_INFINITY, batchSize + 1)
        const list = `${rowJson(plan, version, { size: batchSize, mark })} AS j, ${plan.idSql} AS i`
        const numbered = `SELECT j, i, row_number() OVER () AS n FROM (${selectRows({ ...plan, limit }, list)})`
        const shown = (column: string) =>
          `string_agg(${column}, ',' ORDER BY n) FILTER (WHERE n <= ${batchSize})`
        const [row] = yield* store.kept(
          `SELECT encode(${shown("j")}), count(*)::INTEGER, ${shown("i")} FROM (${numbered})`
        )
        const total = Number(row?.[1])
        const records = bytesOf(row?.[0])
        if (total <= batchSize) return { total, records, next: undefined } satisfies Page
        const { id, cursor } = yield* open(plan, version, batchSize)
        // What was read before the cursor was opened may not be the same rows.
        return (yield* beginsWith(cursor, row?.[2]))
          ? pageAt(id, cursor, 0, records)
          : yield* read(id, cursor, 0)
      })

      const first = Effect.fn("Cursors.first")(function* (plan: Plan, version: string, batchSize: number) {
        if (plan.kind === "rows" && plan.children.length === 0) {
          return yield* firstOfPlain(plan, version, batchSize)
        }
        const limit = Math.min(plan.limit ?? Number.POSITIVE_INFINITY, batchSize + 1)
        const json = rowJson(plan, version, { size: batchSize, mark })
        const rows = yield* store.kept(selectRows({ ...plan, limit }, json))
        if (rows.length > batchSize && plan.kind === "rows") {
          const { id, cursor } = yield* open(plan, version, batchSize)
          return yield* read(id, cursor, 0)
        }
        const texts = rows.map(([text]) => String(text))
        return {
          total: rows.length,
          records: Buffer.from((yield* withChildPages(plan, version, batchSize, texts)).join(",")),
          next: undefined
        } satisfies Page
      })

      const page = Effect.fn("Cursors.page")(function* (locator: string) {
        const [id = "", offset = ""] = locator.split("-")
        const cursor = cursors.get(id)
        const valid = /^\d+$/.test(offset) && cursor !== undefined && clock.now() - cursor.openedAt < lifetime
        if (!valid || Number(offset) >= cursor.total) return yield* invalidLocator
        return yield* read(id, cursor, Number(offset))
      })

      const reset = Effect.gen(function* () {
        for (const { table } of cursors.values()) yield* store.aside(`DROP TABLE ${table}`)
        cursors.clear()
        ahead.clear()
      })
      return Cursors.of({ first, page, reset })
    })
  )
}
