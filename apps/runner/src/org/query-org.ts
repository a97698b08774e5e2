/** `decant soql` itself: pages as they come, as a table, CSV or JSON. */
import { open } from "node:fs/promises"
import type { OrgFailure, OrgRecord, QueryPage } from "@decant/org"
import { Effect, Stream } from "effect"
import { csvLine } from "../commands/query-format.ts"
import { RunnerError } from "../runner-error.ts"
import { count, counted } from "../terminal/numbers.ts"
import { textTable } from "../terminal/text-table.ts"
import { columnsOf, flat, nested, rowOf, selectedPaths } from "./flat-records.ts"
import { type OpenedOrg, type OrgCommand, withOrg } from "./open-spec-org.ts"
import { writeOut } from "./stdout.ts"

export type Format = "table" | "csv" | "json"

export interface QueryOrg extends OrgCommand {
  readonly statement: string
  readonly format: Format
  readonly allRows: boolean
  /** Parents and children as the statement has them, or one level of dotted names. */
  readonly isFlat: boolean
  readonly api: "auto" | "rest" | "bulk"
  /** CSV goes here instead of stdout. */
  readonly output: string | null
}

const tableRows = 1_000
/** A Bulk job costs about as many calls as ten pages, and its rows come many times as fast. */
const bulkFrom = 20_000

type Put = (piece: string | Uint8Array) => Effect.Effect<void, RunnerError>

const cellText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** A count has no records, only a size. */
const isCount = (statement: string): boolean => /^\s*select\s+count\s*\(\s*\)/i.test(statement)

const countPage = (page: QueryPage): QueryPage => ({ ...page, records: [{ count: page.totalSize }] })

/** What a Bulk job can do in the same way: plain fields of all rows, in any order. */
const suitsBulk = (statement: string): boolean =>
  selectedPaths(statement) !== null && !/\b(order\s+by|group\s+by|limit|offset)\b/i.test(statement)

const showTable = Effect.fnUntraced(function* (of: QueryOrg, pages: Stream.Stream<QueryPage, OrgFailure>) {
  const { screen, statement } = of
  const records: Array<OrgRecord> = []
  let total = 0
  yield* pages.pipe(
    Stream.tap((page) =>
      Effect.sync(() => {
        total = page.totalSize
        records.push(...page.records)
      })
    ),
    Stream.takeUntil(() => records.length >= tableRows),
    Stream.runDrain
  )
  const shown = records.slice(0, tableRows)
  const columns = isCount(statement) ? ["count"] : columnsOf(statement, shown)
  const rows = shown.map((record) => rowOf(record, columns))
  const isNumber = (at: number): boolean =>
    rows.length > 0 && rows.every((row) => row[at] === null || typeof row[at] === "number")
  yield* screen.answer(
    textTable({
      columns: columns.map((name, at) => ({ name, align: isNumber(at) ? "right" : "left" })),
      rows: rows.map((row) => row.map(cellText)),
      surface: screen.out
    })
  )
  yield* screen.note(
    total > shown.length && !isCount(statement)
      ? `The first ${count(shown.length)} of ${counted(total, "row")}; \`--format csv\` prints them all.`
      : counted(shown.length, "row")
  )
})

const printCsv = Effect.fnUntraced(function* (
  of: QueryOrg,
  pages: Stream.Stream<QueryPage, OrgFailure>,
  put: Put
) {
  let columns: ReadonlyArray<string> | null = null
  let rows = 0
  yield* Stream.runForEach(pages, ({ records }) => {
    const lines: Array<string> = []
    if (columns === null) {
      columns = isCount(of.statement) ? ["count"] : columnsOf(of.statement, records)
      lines.push(csvLine(columns))
    }
    const known = columns
    for (const record of records) lines.push(csvLine(rowOf(record, known)))
    rows += records.length
    return lines.length === 0 ? Effect.void : put(`${lines.join("\r\n")}\r\n`)
  })
  return rows
})

const printJson = Effect.fnUntraced(function* (
  of: QueryOrg,
  pages: Stream.Stream<QueryPage, OrgFailure>,
  put: Put
) {
  let columns: ReadonlyArray<string> | null = null
  let rows = 0
  yield* Stream.runForEach(pages, ({ records, totalSize }) => {
    const begin = columns === null ? `{"totalSize":${totalSize},"records":[` : ""
    columns ??= of.isFlat ? columnsOf(of.statement, records) : []
    const known = columns
    const texts = records.map((record) => JSON.stringify(of.isFlat ? flat(record, known) : nested(record)))
    const separator = rows > 0 && texts.length > 0 ? "," : ""
    rows += records.length
    return put(`${begin}${separator}${texts.join(",")}`)
  })
  yield* put("]}\n")
  return rows
})

const pagesOf = (of: QueryOrg, { org }: OpenedOrg): Stream.Stream<QueryPage, OrgFailure> => {
  const pages = org.query(of.statement, { allRows: of.allRows })
  return isCount(of.statement) && of.format !== "json" ? Stream.map(pages, countPage) : pages
}

const toFile = <A, E>(path: string, use: (put: Put) => Effect.Effect<A, E>) => {
  const attempt = <B>(run: () => Promise<B>) =>
    Effect.tryPromise({ try: run, catch: (cause) => RunnerError.file("write", path, cause) })
  return Effect.acquireUseRelease(
    attempt(() => open(path, "w", 0o600)),
    (file) => use((piece) => attempt(() => file.writeFile(piece))),
    (file) => Effect.promise(() => file.close())
  )
}

const byBulk = Effect.fnUntraced(function* (of: QueryOrg, { org, screen }: OpenedOrg, put: Put) {
  yield* screen.note("A Bulk job reads the rows …")
  const { rows, csv } = yield* org.bulkQuery(of.statement, { allRows: of.allRows })
  yield* Stream.runForEach(csv, put)
  return rows
})

/** By size: the first page says how many there are. */
const csvRows = Effect.fnUntraced(function* (of: QueryOrg, opened: OpenedOrg, put: Put) {
  if (of.api === "bulk") return yield* byBulk(of, opened, put)
  const pages = pagesOf(of, opened)
  if (of.api === "rest" || !suitsBulk(of.statement)) return yield* printCsv(of, pages, put)
  const first = yield* Stream.runCollect(Stream.take(pages, 1))
  const size = first[0]?.totalSize ?? 0
  if (first[0]?.done !== false) return yield* printCsv(of, Stream.fromIterable(first), put)
  // The first page is asked for once more where it is not the way: one call.
  return yield* size > bulkFrom ? byBulk(of, opened, put) : printCsv(of, pages, put)
})

const answer = Effect.fnUntraced(function* (of: QueryOrg, opened: OpenedOrg) {
  const { screen } = of
  if (of.format === "table") return yield* showTable(of, pagesOf(of, opened))
  if (of.output !== null) {
    const path = of.output
    const rows = yield* toFile(path, (put) => csvRows(of, opened, put))
    return screen.json
      ? yield* screen.answer(JSON.stringify({ file: path, rows }))
      : yield* screen.note(`${counted(rows, "row")} written to ${path}.`)
  }
  const rows =
    of.format === "csv"
      ? yield* csvRows(of, opened, writeOut)
      : yield* printJson(of, pagesOf(of, opened), writeOut)
  yield* screen.note(counted(rows, "row"))
})

export const queryOrg = (of: QueryOrg) => withOrg(of, (opened) => answer(of, opened))
