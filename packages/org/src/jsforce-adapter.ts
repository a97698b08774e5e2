/**
 * jsforce (https://jsforce.github.io) behind one file. It knows the addresses and shapes of the REST API; the
 * calls themselves go over our wire, so that jsforce never sees a token, follows no redirect with one and sends
 * nothing twice. Only its connection is loaded, and only when a command uses it.
 */
import { PassThrough } from "node:stream"
import type { Connection } from "@jsforce/jsforce-node/lib/connection.js"
import type { HttpRequest } from "@jsforce/jsforce-node/lib/types/common.js"
import { Effect, Option, Result, Stream } from "effect"
import type { QueryOptions, QueryPage } from "./org.ts"
import { OrgError, type OrgFailure, orgError } from "./org-error.ts"
import type { Method, OrgWire, WireBody, WireCall } from "./wire/org-wire.ts"

type Json = Readonly<Record<string, unknown>>

/** One outcome of a collection call, in the order of its records. */
export interface RowOutcome {
  readonly id?: string | null
  readonly success: boolean
  readonly created?: boolean
  readonly errors: ReadonlyArray<{
    readonly statusCode?: string
    readonly message?: string
    readonly fields?: ReadonlyArray<string>
  }>
}

export interface Jsforce {
  readonly pages: (statement: string, options: QueryOptions) => Stream.Stream<QueryPage, OrgFailure>
  readonly search: (statement: string) => Effect.Effect<unknown, OrgFailure>
  readonly describeGlobal: Effect.Effect<unknown, OrgFailure>
  readonly describe: (object: string) => Effect.Effect<unknown, OrgFailure>
  readonly retrieve: (
    object: string,
    id: string,
    fields?: ReadonlyArray<string>
  ) => Effect.Effect<unknown, OrgFailure>
  readonly create: (object: string, values: Json) => Effect.Effect<unknown, OrgFailure>
  readonly update: (object: string, id: string, values: Json) => Effect.Effect<unknown, OrgFailure>
  readonly upsert: (
    object: string,
    key: { readonly field: string; readonly value: string },
    values: Json
  ) => Effect.Effect<unknown, OrgFailure>
  readonly destroy: (object: string, id: string) => Effect.Effect<unknown, OrgFailure>
  readonly collection: (
    operation: "insert" | "update" | "upsert" | "delete",
    object: string,
    records: ReadonlyArray<Json>,
    externalId: string | null
  ) => Effect.Effect<ReadonlyArray<RowOutcome>, OrgFailure>
}

/** Stands for the instance in jsforce's addresses; the wire puts the real one in its place. */
const PLACE = "https://instance.invalid"

const MOST_ROWS_OF_A_PAGE = 10_000

const bodyOf = ({ body, headers }: HttpRequest): WireBody | undefined =>
  typeof body === "string"
    ? { content: body, type: headers?.["content-type"] ?? "application/json" }
    : undefined

const callOf = (request: HttpRequest): WireCall => {
  const { pathname, search } = new URL(request.url)
  const body = bodyOf(request)
  const { "content-type": _, "content-length": __, ...headers } = request.headers ?? {}
  return {
    method: request.method as Method,
    path: `${pathname}${search}`,
    headers,
    ...(body === undefined ? {} : { body }),
    // An update says what is to be; doing it twice is doing it once.
    ...(request.method === "PATCH" ? { mayRepeat: true } : {})
  }
}

const connect = async (wire: OrgWire, version: string): Promise<Connection> => {
  const [{ Connection }, { Transport }, { StreamPromise }] = await Promise.all([
    import("@jsforce/jsforce-node/lib/connection.js"),
    import("@jsforce/jsforce-node/lib/transport.js"),
    import("@jsforce/jsforce-node/lib/util/promise.js")
  ])
  class WireTransport extends Transport {
    override httpRequest(request: HttpRequest) {
      return StreamPromise.create(() => ({
        stream: new PassThrough(),
        promise: Effect.runPromise(Effect.result(wire.send(callOf(request)))).then((answer) => {
          if (Result.isFailure(answer)) throw answer.failure
          const { status, headers, text } = answer.success
          return { statusCode: status, headers: headers as Record<string, string>, body: text }
        })
      }))
    }
  }
  const connection = new Connection({ instanceUrl: PLACE, version })
  connection._transport = new WireTransport()
  return connection
}

const isFailure = (cause: unknown): cause is OrgFailure =>
  cause instanceof OrgError ||
  (typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "AuthError")

const failureOf = (cause: unknown): OrgFailure =>
  isFailure(cause)
    ? cause
    : orgError("ORG_ANSWER_INVALID", {
        message: `Salesforce's answer cannot be understood: ${cause instanceof Error ? cause.message.split("\n")[0] : "no reason given"}`
      })

const listOf = <A>(value: A | ReadonlyArray<A>): ReadonlyArray<A> =>
  Array.isArray(value) ? value : [value as A]

export const makeJsforce = (wire: OrgWire, version: string): Jsforce => {
  let opened: Promise<Connection> | null = null
  const call = <A>(use: (connection: Connection) => PromiseLike<A>): Effect.Effect<A, OrgFailure> =>
    Effect.tryPromise({
      try: async () => {
        opened ??= connect(wire, version)
        return await use(await opened)
      },
      catch: failureOf
    })

  const page = (statement: string, next: string | null, options: QueryOptions) =>
    call((connection) => {
      const size =
        options.pageRows === undefined ? {} : { "Sforce-Query-Options": `batchSize=${options.pageRows}` }
      const given = { autoFetch: false, scanAll: options.allRows ?? false, headers: size }
      return next === null
        ? connection.query(statement, given)
        : connection.queryMore(next, {
            ...given,
            maxFetch: MOST_ROWS_OF_A_PAGE,
            responseTarget: "QueryResult"
          })
    })

  return {
    pages: (statement, options) =>
      Stream.paginate(null as string | null, (next) =>
        Effect.map(page(statement, next, options), (answer) => {
          const found: QueryPage = {
            totalSize: answer.totalSize,
            records: answer.records as ReadonlyArray<Json>,
            done: answer.done
          }
          const more = answer.done ? null : (answer.nextRecordsUrl ?? null)
          return [[found], more === null ? Option.none() : Option.some(more)] as const
        })
      ),
    search: (statement) => call((connection) => connection.search(statement)),
    describeGlobal: call((connection) => connection.describeGlobal()),
    describe: (object) => call((connection) => connection.describe(object)),
    retrieve: (object, id, fields) =>
      call((connection) =>
        connection.retrieve(object, id, fields === undefined ? {} : { fields: [...fields] })
      ),
    create: (object, values) => call((connection) => connection.create(object, { ...values })),
    update: (object, id, values) => call((connection) => connection.update(object, { ...values, Id: id })),
    upsert: (object, { field, value }, values) =>
      call((connection) =>
        // jsforce puts the value into the address as it is.
        connection.upsert(object, { ...values, [field]: encodeURIComponent(value) }, field)
      ),
    destroy: (object, id) => call((connection) => connection.destroy(object, id)),
    collection: (operation, object, records, externalId) =>
      call(async (connection) => {
        const rows = records.map((record) => ({ ...record }))
        const outcomes = await write(connection, operation, object, rows, externalId)
        return listOf(outcomes as unknown as RowOutcome | ReadonlyArray<RowOutcome>)
      })
  }
}

const write = (
  connection: Connection,
  operation: "insert" | "update" | "upsert" | "delete",
  object: string,
  rows: Array<Record<string, unknown>>,
  externalId: string | null
): PromiseLike<unknown> => {
  switch (operation) {
    case "insert":
      return connection.create(object, rows)
    case "update":
      return connection.update(
        object,
        rows.map((row) => ({ ...row, Id: String(row.Id) }))
      )
    case "upsert":
      return connection.upsert(object, rows, externalId ?? "Id")
    case "delete":
      return connection.destroy(
        object,
        rows.map((row) => String(row.Id))
      )
  }
}
