/**
 * The rows of a query job: one statement copies them out of the database, each value as Salesforce prints it, every
 * one quoted, and what is printed is packed meanwhile. Nothing of them stays in memory.
 */
import { mkdir, open, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import type { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import { type Plan, selectRows } from "../soql/plan.ts"
import { csvValue } from "../values/csv.ts"
import { type BlockFile, packBlocks, type Writing } from "./blocks.ts"
import { RecordScanner } from "./csv-records.ts"
import { DELIMITERS, type Delimiter, type LineEnding } from "./query-request.ts"

export interface CsvShape {
  readonly columnDelimiter: Delimiter
  readonly lineEnding: LineEnding
}

export interface ResultSet {
  readonly header: string
  readonly file: BlockFile
}

/** How a result is made, before it is: everything that decides its bytes. */
export interface ResultRecipe extends CsvShape {
  readonly header: string
  /** Selects the rows, each value as text. */
  readonly sql: string
  /** The same without the condition: what is read of a row, whichever rows are read. */
  readonly reading: string
}

export const resultRecipe = (plan: Plan, version: number, shape: CsvShape): ResultRecipe => {
  const columns = version >= 50 ? plan.columns : plan.columns.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const list = columns.map(({ type, sql }, at) => `coalesce(${csvValue(type, sql)}, '') AS c${at}`).join(", ")
  const ending = shape.lineEnding === "CRLF" ? "\r\n" : "\n"
  const names = columns.map(({ path }) => `"${path}"`)
  return {
    columnDelimiter: shape.columnDelimiter,
    lineEnding: shape.lineEnding,
    header: names.join(DELIMITERS[shape.columnDelimiter]) + ending,
    sql: selectRows(plan, list),
    reading: selectRows({ ...plan, where: "true" }, list)
  }
}

export const buildResultSet = Effect.fnUntraced(function* (
  org: Org["Service"],
  { header, sql, columnDelimiter, lineEnding }: ResultRecipe,
  folder: string
) {
  const rawPath = join(folder, "rows.csv")
  const writing: Writing = { over: false }
  const over = Effect.sync(() => {
    writing.over = true
  })
  const pack = Effect.promise(() => packBlocks(rawPath, join(folder, "rows.deflate"), writing))
  yield* Effect.promise(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(rawPath, "", { mode: 0o600 })
  })
  const print = org.store.aside(
    `COPY (${sql}) TO ${literal(rawPath)} (FORMAT csv, HEADER false, FORCE_QUOTE *, DELIMITER ${literal(DELIMITERS[columnDelimiter])}, USE_TMP_FILE false)`
  )
  const file =
    lineEnding === "CRLF"
      ? yield* print.pipe(
          Effect.andThen(Effect.promise(() => withCarriageReturns(rawPath))),
          Effect.andThen(over),
          Effect.andThen(pack)
        )
      : (yield* Effect.all([Effect.ensuring(print, over), pack], { concurrency: 2 }))[1]
  const result: ResultSet = { header, file }
  return result
})

/** Ends each record with CRLF; line ends inside values stay as they are. */
async function withCarriageReturns(path: string): Promise<void> {
  const source = await open(path, "r")
  const target = await open(`${path}.crlf`, "w", 0o600)
  try {
    const scanner = new RecordScanner()
    for await (const chunk of source.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
      const bytes: Buffer = chunk
      const parts: Array<Buffer> = []
      for (let at = 0; at < bytes.length; ) {
        const found = scanner.scan(bytes, at, 1)
        parts.push(bytes.subarray(at, found.ended === 1 ? found.at - 1 : found.at))
        if (found.ended === 1) parts.push(CRLF)
        at = found.at
      }
      await target.write(Buffer.concat(parts))
    }
  } finally {
    await source.close()
    await target.close()
  }
  await rename(`${path}.crlf`, path)
}

const CRLF = Buffer.from("\r\n")
