/**
 * `--load Object=file.csv`: rows of a CSV file whose header names fields, in any case. Empty cells are null. An
 * `Id` column is not taken: the org gives its own ids, as it does for every insert.
 */
import { Effect, Schema } from "effect"
import { isStored, type SObject } from "../org/field.ts"
import type { Org } from "../org/org.ts"
import { literal } from "../org/store.ts"
import type { Records } from "./records.ts"

export class BadDataset extends Schema.TaggedError<BadDataset>()("BadDataset", {
  message: Schema.String,
  fix: Schema.String
}) {}

const readHeader = (org: Org["Service"], file: string) =>
  org.store
    .rows(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${readCsv(file)})`)
    .pipe(Effect.map((rows) => rows.map(([name]) => String(name))))

const readCsv = (file: string) =>
  `read_csv(${literal(file)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', nullstr = '', strict_mode = true, max_line_size = 16777216, buffer_size = 33554432)`

const unreadable = (file: string, cause: unknown) =>
  new BadDataset({
    message: `cannot read ${file}: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`,
    fix: "give the path of a UTF-8 CSV file with a header line"
  })

/** Adds the file's rows to `records`. */
export const loadCsv = (org: Org["Service"], records: Records, objectName: string, file: string) =>
  Effect.gen(function* () {
    const object = org.schema.object(objectName)
    if (object === undefined) {
      return yield* new BadDataset({
        message: `--load ${objectName}=${file}: the org has no object ${objectName}`,
        fix: `use one of ${org.schema
          .all()
          .map(({ name }) => name)
          .join(", ")}`
      })
    }
    const header = yield* readHeader(org, file)
    const names = yield* fieldNames(org, object, header, file)
    const rows = yield* org.store.rows(`SELECT * FROM ${readCsv(file)}`)
    yield* Effect.try({
      try: () => {
        for (const row of rows) {
          records.add(object.name, Object.fromEntries(names.map((name, at) => [name, row[at]])))
        }
      },
      catch: (cause) => unreadable(file, cause)
    })
  }).pipe(Effect.catchDefect((cause) => unreadable(file, cause)))

const fieldNames = (org: Org["Service"], object: SObject, header: ReadonlyArray<string>, file: string) => {
  const unknown = header.filter((name) => {
    const field = org.schema.field(object, name)
    return field === undefined || !isStored(field) || field.type === "id"
  })
  return unknown.length > 0
    ? new BadDataset({
        message: `${file}: not fields of ${object.name} that can be loaded: ${unknown.join(", ")}`,
        fix: `name each column after a field of ${object.name}, such as ${object.fields
          .slice(3, 6)
          .map(({ name }) => name)
          .join(", ")}`
      })
    : Effect.succeed(header.map((name) => org.schema.field(object, name)?.name ?? name))
}
