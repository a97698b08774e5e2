/** A SOQL stream, settled: its columns from the select list, its query as the person wrote it. Always read whole. */
import type { Column, SoqlStream, Spec } from "@decant/connector"
import type { Query } from "@jetstreamapp/soql-parser-js"
import { Effect, Result } from "effect"
import type { ObjectDescribe } from "../describe/describe-shape.ts"
import type { Related } from "../fields/field-path.ts"
import { type SourceError, sourceError } from "../source-error.ts"
import { schemaFingerprint } from "./schema-fingerprint.ts"
import { isPlain, soqlColumns } from "./soql-columns.ts"
import type { StreamDefinition } from "./stream-definition.ts"

export interface ParsedSoql {
  readonly stream: SoqlStream
  readonly object: string
  readonly query: Query
}

const refused = (stream: SoqlStream, why: string): SourceError =>
  sourceError(
    "STREAM_UNSUPPORTED",
    `${stream.name} cannot be read: ${why.replaceAll(/\s+/g, " ")}`,
    'Correct the `soql` of the stream; `decant soql "…"` shows what a query gives.',
    { disposition: "spec" }
  )

/** The parser lists all tokens that it could have gone on with; where it stopped says more. */
const parseProblem = (cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : ""
  const [, found] = /but found:\s*'([\s\S]*)'\s*$/.exec(message) ?? []
  if (found === "") return "it is not SOQL: it ends too early."
  return found === undefined
    ? `it is not SOQL: ${message}`
    : `it is not SOQL: “${found}” is not expected there.`
}

/** Building the grammar takes half a second of CPU, so only specs with a SOQL stream load it. */
const grammar = Effect.promise(() => import("@jetstreamapp/soql-parser-js"))

export const parseSoql = (stream: SoqlStream): Effect.Effect<Result.Result<ParsedSoql, SourceError>> =>
  Effect.map(grammar, ({ parseQuery }) => {
    const parsed = Result.try({
      try: () => parseQuery(stream.soql),
      catch: (cause) => refused(stream, parseProblem(cause))
    })
    return Result.flatMap(parsed, (query) => {
      const { sObject } = query
      if (sObject === undefined) return Result.fail(refused(stream, "it names no object."))
      if (/^SELECT\s+COUNT\(\s*\)/i.test(stream.soql.trim())) {
        return Result.fail(refused(stream, "COUNT() gives no row; write COUNT(Id)."))
      }
      return Result.succeed({ stream, object: sObject, query })
    })
  })

const keyOf = (
  stream: SoqlStream,
  columns: ReadonlyArray<Column>
): Result.Result<string | null, SourceError> => {
  const wanted = stream.primaryKey ?? "Id"
  const found = columns.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return Result.succeed(found.name)
  return stream.primaryKey === undefined
    ? Result.succeed(null)
    : Result.fail(refused(stream, `its primaryKey ${wanted} is not one of its columns.`))
}

/** Masks replace values on their way in; what shall not be read at all does not belong into the query. */
const masked = (
  stream: SoqlStream,
  columns: ReadonlyArray<Column>,
  maskKey: string
): Result.Result<ReadonlyArray<Column>, SourceError> => {
  const masks = Object.entries(stream.mask ?? {})
  const unknown = masks.find(([name]) => !columns.some((column) => sameName(column.name, name)))
  if (unknown !== undefined)
    return Result.fail(refused(stream, `it masks ${unknown[0]}, which it does not select.`))
  const dropped = masks.find(([, mask]) => mask === "drop")
  if (dropped !== undefined)
    return Result.fail(refused(stream, `take ${dropped[0]} out of the query to drop it.`))
  return Result.succeed(
    columns.map(
      (column): Column =>
        masks.some(([name]) => sameName(column.name, name)) && "header" in column.from
          ? {
              ...column,
              type: { kind: "text" },
              from: { header: column.from.header },
              mask: { hmac: maskKey }
            }
          : column
    )
  )
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

export const defineSoqlStream = (
  spec: Spec,
  { stream, query }: ParsedSoql,
  describe: ObjectDescribe,
  related: Related
): Result.Result<StreamDefinition, SourceError> =>
  Result.gen(function* () {
    const found = soqlColumns(query, { describe, related, numbers: spec.destination.numbers })
    const read = yield* Result.mapError(found, (why) => refused(stream, why))
    const columns = yield* masked(stream, read, spec.name)
    const key = yield* keyOf(stream, columns)
    const schema = {
      stream: stream.name,
      table: stream.name,
      key: key === null ? null : [key],
      guard: null,
      deletes: { ...spec.destination.deletes, flag: null },
      history: false,
      columns,
      views: []
    }
    return {
      stream: stream.name,
      object: describe.name,
      select: columns.map(({ name }) => name),
      cursorField: null,
      where: null,
      soql: { text: stream.soql, bulk: isPlain(query) },
      followsDeletes: false,
      keepsMissing: false,
      silentColumns: [],
      silentFilter: false,
      schema,
      schemaFingerprint: schemaFingerprint(schema, stream.soql),
      warnings: []
    }
  })
