/** Single records over jsforce, with the write log around whatever changes one. */
import { Effect, Schema } from "effect"
import { checkField, checkId, checkKey, checkObject } from "./api-names.ts"
import type { Jsforce } from "./jsforce-adapter.ts"
import type { Org, OrgRecord, WriteResult } from "./org.ts"
import type { OrgFailure } from "./org-error.ts"
import { decodeValue } from "./wire/decode-answer.ts"
import type { WriteLog } from "./write-log.ts"

const Written = Schema.Struct({
  id: Schema.optionalKey(Schema.NullOr(Schema.String)),
  success: Schema.Boolean,
  created: Schema.optionalKey(Schema.Boolean)
})

const Record = Schema.Record(Schema.String, Schema.Unknown)

const resultOf = (what: string, id: string, answer: unknown): Effect.Effect<WriteResult, OrgFailure> =>
  Effect.map(decodeValue(Written, what, answer), (written) => ({
    id: written.id ?? id,
    success: true as const,
    ...(written.created === undefined ? {} : { created: written.created })
  }))

const outcome = (done: WriteResult): OrgRecord => ({ ...done })

const withoutAttributes = ({ attributes: _, ...values }: OrgRecord): OrgRecord => values

export const makeRecords = (
  jsforce: Jsforce,
  log: WriteLog
): Pick<Org, "get" | "create" | "update" | "upsert" | "delete"> => {
  const get: Org["get"] = Effect.fn("org.get")(function* (object, id, fields) {
    yield* checkObject(object)
    yield* checkId(id)
    yield* Effect.forEach(fields ?? [], checkField)
    return yield* decodeValue(Record, object, yield* jsforce.retrieve(object, id, fields))
  })

  /** What a write replaces. A record that cannot be read is no reason not to write it; the log says null. */
  const before = (object: string, id: string, values: OrgRecord | null): Effect.Effect<OrgRecord | null> => {
    const plain =
      values === null
        ? undefined
        : Object.keys(values).filter((name) => typeof values[name] !== "object" || values[name] === null)
    return get(object, id, plain?.length === 0 ? undefined : plain).pipe(
      Effect.map(withoutAttributes),
      Effect.orElseSucceed(() => null)
    )
  }

  return {
    get,
    create: Effect.fn("org.create")(function* (object, values) {
      yield* checkObject(object)
      return yield* log.around(
        { operation: "create", object, before: null, after: values },
        outcome,
        Effect.flatMap(jsforce.create(object, values), (answer) => resultOf(object, "", answer))
      )
    }),
    update: Effect.fn("org.update")(function* (object, id, values) {
      yield* checkObject(object)
      yield* checkId(id)
      return yield* log.around(
        { operation: "update", object, id, before: yield* before(object, id, values), after: values },
        outcome,
        Effect.flatMap(jsforce.update(object, id, values), (answer) => resultOf(object, id, answer))
      )
    }),
    upsert: Effect.fn("org.upsert")(function* (object, key, values) {
      yield* checkObject(object)
      yield* checkField(key.field)
      yield* checkKey(key.value)
      const found = yield* jsforce.retrieve(object, `${key.field}/${encodeURIComponent(key.value)}`).pipe(
        Effect.flatMap((answer) => decodeValue(Record, object, answer)),
        Effect.orElseSucceed(() => null)
      )
      const replaced =
        found === null ? null : Object.fromEntries(Object.keys(values).map((name) => [name, found[name]]))
      return yield* log.around(
        {
          operation: "upsert",
          object,
          id: typeof found?.Id === "string" ? found.Id : null,
          before: replaced,
          after: { [key.field]: key.value, ...values }
        },
        outcome,
        Effect.flatMap(jsforce.upsert(object, key, values), (answer) =>
          resultOf(object, typeof found?.Id === "string" ? found.Id : "", answer)
        )
      )
    }),
    delete: Effect.fn("org.delete")(function* (object, id) {
      yield* checkObject(object)
      yield* checkId(id)
      return yield* log.around(
        { operation: "delete", object, id, before: yield* before(object, id, null), after: null },
        outcome,
        Effect.flatMap(jsforce.destroy(object, id), (answer) => resultOf(object, id, answer))
      )
    })
  }
}
