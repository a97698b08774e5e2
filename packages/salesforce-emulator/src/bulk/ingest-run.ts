/** The work of an ingest job: its records in transactions of 200, and a result line for each. */
import { Effect } from "effect"
import type { Org } from "../org/org.ts"
import type { Write } from "../records/draft.ts"
import { type Outcome, refusedRecord } from "../records/outcome.ts"
import type { RecordInput } from "../records/record-values.ts"
import type { RecordWrites } from "../records/writes.ts"
import { type Content, readContent } from "./ingest-content.ts"
import type { IngestJob } from "./ingest-job.ts"
import { ResultWriter } from "./ingest-results.ts"

const CHUNK = 200
/** What an update writes to make a field empty; an empty cell leaves it alone. */
const NULL_CELL = "#N/A"

export interface Progress {
  readonly processed: number
  readonly failed: number
}

/** Writes the job's records; what an interruption leaves undone goes to the unprocessed ones. */
export const runIngest = Effect.fnUntraced(function* (
  org: Org["Service"],
  writer: RecordWrites["Service"],
  job: IngestJob,
  folder: string,
  path: string,
  onProgress: (progress: Progress) => void
) {
  const content = yield* readContent(org, job, path)
  let done = 0
  let failed = 0
  yield* Effect.acquireUseRelease(
    Effect.promise(() => ResultWriter.open(folder, content.header, job)),
    (results) =>
      Effect.gen(function* () {
        while (done < content.rows.length) {
          const rows = content.rows.slice(done, done + CHUNK)
          yield* Effect.uninterruptible(
            Effect.gen(function* () {
              const outcomes = yield* writeRows(writer, job, content.header, rows)
              yield* Effect.promise(() => results.outcomes(rows, outcomes))
              done += rows.length
              failed += outcomes.filter(({ success }) => !success).length
            })
          )
          onProgress({ processed: done, failed })
          yield* Effect.yieldNow
        }
      }),
    (results) =>
      Effect.promise(async () => {
        await results.unprocessed(content.rows.slice(done))
        await results.close()
      })
  )
  return { processed: done, failed }
})

const writeRows = Effect.fnUntraced(function* (
  writer: RecordWrites["Service"],
  job: IngestJob,
  header: ReadonlyArray<string>,
  rows: Content["rows"]
) {
  const writes = rows.map((cells) => writeOf(job, header, cells))
  const good = writes.filter((write) => "operation" in write)
  const outcomes = yield* writer.write(good, { userId: job.createdById })
  let at = 0
  return writes.map((write): Outcome => {
    if (!("operation" in write)) return write
    const outcome = outcomes[at]
    at += 1
    return outcome ?? refused("UNKNOWN_EXCEPTION", "the record was not answered")
  })
})

const refused = (code: string, message: string): Outcome => ({
  success: false,
  id: undefined,
  error: refusedRecord(code, message)
})

/** The write of one line, or what is wrong with it. */
function writeOf(
  job: IngestJob,
  header: ReadonlyArray<string>,
  cells: ReadonlyArray<string | null>
): Write | Outcome {
  const { operation, object, by } = job
  const { id, input } = recordOf(header, cells)
  if (operation === "insert") return { operation, object, input }
  if (operation === "upsert") {
    return by === undefined
      ? refused("MISSING_ARGUMENT", "external id not specified")
      : { operation, object, by, input: by.type === "id" && id !== null ? { ...input, Id: id } : input }
  }
  if (id === null) return refused("MISSING_ARGUMENT", `Id not specified in an ${operation} call`)
  return operation === "update" ? { operation, object, id, input } : { operation, object, id }
}

function recordOf(header: ReadonlyArray<string>, cells: ReadonlyArray<string | null>) {
  let id: string | null = null
  const input: Record<string, unknown> = {}
  for (const [at, name] of header.entries()) {
    const cell = cells[at] ?? null
    if (name.toLowerCase() === "id") {
      id = cell
    } else if (cell !== null) {
      const value = cell === NULL_CELL ? null : cell
      const [relationship = "", field] = name.split(".")
      if (field === undefined) input[name] = value
      else input[relationship.replace(/:.*$/, "")] = { [field]: value }
    }
  }
  const record: RecordInput = input
  return { id, input: record }
}
