/**
 * Open query cursors. A cursor holds the Ids of its rows in order, as Salesforce's does; pages read the rows as they
 * are when asked for, so rows deleted in between are missing from them. Cursors live two days of the org's time. A parent's children that are too
 * many for a page have a cursor of their own.
 */
import { randomUUID } from "node:crypto"
import { Context, Effect, Layer } from "effect"
import { makeId } from "../org/id.ts"
import { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import { badRequest, type SalesforceError } from "../server/salesforce-error.ts"
import { rowJson } from "../soql/json-rows.ts"
import { type Plan, selectRows } from "../soql/plan.ts"

const lifetime = 2 * 24 * 3600 * 1000

interface Cursor {
  readonly plan: Plan
  readonly version: string
  readonly total: number
  readonly batchSize: number
  readonly table: string
  readonly openedAt: number
}

export interface Page {
  readonly total: number
  /** JSON texts of the rows. */
  readonly rows: ReadonlyArray<string>
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
      let opened = 0

      const read = (id: string, cursor: Cursor, offset: number) =>
        Effect.gen(function* () {
          const end = offset + cursor.batchSize
          const positions = `(SELECT rowid AS "_position", "Id" FROM ${cursor.table} WHERE rowid >= ${offset} AND rowid < ${end}) positions`
          const { plan, version, batchSize } = cursor
          const json = rowJson(plan, version, { size: batchSize, mark })
          const sql = `SELECT ${json} FROM ${plan.from} JOIN ${positions} ON positions."Id" = ${plan.idSql} WHERE ${plan.live} ORDER BY positions."_position"`
          const rows = yield* store.rows(sql)
          return {
            total: cursor.total,
            rows: yield* withChildPages(
              plan,
              version,
              batchSize,
              rows.map(([text]) => String(text))
            ),
            next: end < cursor.total ? `${id}-${end}` : undefined
          }
        })

      const open = (plan: Plan, version: string, batchSize: number) =>
        Effect.gen(function* () {
          opened += 1
          const id = makeId("01g", opened)
          const table = `"_cursor_${opened}"`
          yield* store.aside(`CREATE TABLE ${table} AS ${selectRows(plan, `${plan.idSql} AS "Id"`)}`)
          const [counted] = yield* store.rows(`SELECT count(*)::INTEGER FROM ${table}`)
          const total = Number(counted?.[0])
          cursors.set(id, { plan, version, batchSize, table, total, openedAt: clock.now() })
          return id
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
                  const id = yield* open(childrenAt(plan, path, parentId), version, size)
                  parts[at] = `/services/data/v${version}/query/${id}-${size}${rest.join(":")}`
                }
                return parts.join("")
              })
            )

      const first = Effect.fn("Cursors.first")(function* (plan: Plan, version: string, batchSize: number) {
        const limit = Math.min(plan.limit ?? Number.POSITIVE_INFINITY, batchSize + 1)
        const json = rowJson(plan, version, { size: batchSize, mark })
        const rows = yield* store.rows(selectRows({ ...plan, limit }, json))
        if (rows.length > batchSize && plan.kind === "rows") {
          const id = yield* open(plan, version, batchSize)
          const cursor = cursors.get(id)
          if (cursor !== undefined) return yield* read(id, cursor, 0)
        }
        const texts = rows.map(([text]) => String(text))
        return {
          total: rows.length,
          rows: yield* withChildPages(plan, version, batchSize, texts),
          next: undefined
        }
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
      })
      return Cursors.of({ first, page, reset })
    })
  )
}
