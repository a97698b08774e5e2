/** The uploaded CSV of an ingest job, as the records it stands for. */
import { open } from "node:fs/promises"
import { Data, Effect } from "effect"
import type { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import type { IngestJob } from "./ingest-job.ts"
import { DELIMITERS } from "./query-request.ts"

/** Why a whole job fails: its content cannot be read. */
class BadContent extends Data.TaggedError("BadContent")<{ readonly message: string }> {}

export interface Content {
  readonly header: ReadonlyArray<string>
  /** The cells as they were sent; null stands for an empty one. */
  readonly rows: ReadonlyArray<ReadonlyArray<string | null>>
}

const HEADER_BYTES = 1024 * 1024
const MAX_COLUMNS = 5_000

export const readContent = Effect.fnUntraced(function* (org: Org["Service"], job: IngestJob, path: string) {
  const delimiter = DELIMITERS[job.columnDelimiter]
  const header = headerOf(yield* Effect.promise(() => firstLine(path)), delimiter)
  if (header.every((name) => name === ""))
    return yield* new BadContent({ message: "InvalidBatch : The content is empty" })
  if (header.length > MAX_COLUMNS)
    return yield* new BadContent({ message: "InvalidBatch : Too many columns" })
  const unknown = header.find((name) => !isKnown(org, job, name))
  if (unknown !== undefined) {
    return yield* new BadContent({ message: `InvalidBatch : Field name not found : ${unknown}` })
  }
  const columns = header.map((_, at) => `'c${at}': 'VARCHAR'`).join(", ")
  const rows = yield* org.store
    .rows(
      `SELECT * FROM read_csv(${literal(path)}, columns = {${columns}}, header = true, auto_detect = false, delim = ${literal(delimiter)}, quote = '"', escape = '"', nullstr = '', null_padding = true, max_line_size = 16777216, buffer_size = 33554432)`
    )
    .pipe(
      Effect.catchDefect((cause) =>
        Effect.fail(new BadContent({ message: `InvalidBatch : ${lineOf(cause)}` }))
      )
    )
  const content: Content = {
    header,
    rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))
  }
  return content
})

async function firstLine(path: string): Promise<string> {
  const file = await open(path, "r")
  try {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(HEADER_BYTES) })
    return (
      buffer
        .subarray(0, bytesRead)
        .toString()
        .replace(/^\uFEFF/, "")
        .split(/\r?\n/, 1)[0] ?? ""
    )
  } finally {
    await file.close()
  }
}

const headerOf = (line: string, delimiter: string): ReadonlyArray<string> =>
  line.split(delimiter).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .replaceAll('""', '"')
  )

/** A field of the object, or a field of a parent such as `Account.External_Id__c`. */
function isKnown(org: Org["Service"], { object }: IngestJob, name: string): boolean {
  const [relationship, field] = name.split(".")
  if (field === undefined) return org.schema.field(object, name) !== undefined
  return org.schema.relationship(object, (relationship ?? "").replace(/:.*$/, "")) !== undefined
}

function lineOf(cause: unknown): string {
  const line = /line:? (\d+)/i.exec(cause instanceof Error ? cause.message : String(cause))?.[1]
  return line === undefined
    ? "The CSV content cannot be parsed"
    : `The CSV content cannot be parsed at line ${line}`
}
