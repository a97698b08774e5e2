/** Lists of a first load: the server splits them while it copies, as staging would have, and nothing stays of that. */
import type { StreamSchema } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import {
  account,
  accountSchema,
  type Cells,
  type CommitOptions,
  commitAfter,
  header,
  second,
  segment,
  withSchema
} from "./account.ts"
import { randomTexts } from "./awkward-texts.ts"
import { postgresProxy } from "./postgres-proxy.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)

const begin = Effect.gen(function* () {
  const at = yield* folder
  yield* open(subject, at)
  const proxy = yield* postgresProxy(new URL(server.urlOf(at)))
  const sent = { straight: 0, staged: 0 }
  proxy.hold((_said, text) => {
    sent.straight += text.split(/COPY "salesforce"\."_decant_/).length - 1
    sent.staged += text.split(/COPY _decant\."stage_/).length - 1
    return false
  })
  /** As a run of its own. */
  const run = open(subject, at, {
    destination: { url: Redacted.make(proxy.urlOf(server.urlOf(at))) },
    maskKeys: { pii: Redacted.make("Jefe") }
  })
  const destination = yield* run
  const page = (rows: ReadonlyArray<Cells>, more = {}) => segment(at, { rows, ...more })
  const load = (version: number, options: CommitOptions) =>
    commitAfter(version, { everything: true, ...options })
  const admin = (sql: string) => Effect.promise(() => server.admin(at, sql))
  /** The columns of the schema's tables in their order, those that readers see. */
  const columns = Effect.map(
    admin(
      `SELECT c.relname AS table, array_agg(a.attname::text || CASE WHEN a.attgenerated <> '' OR a.atthasdef THEN ' (computed)' ELSE '' END
           ORDER BY a.attnum) AS names
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'salesforce'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1`
    ),
    (tables) => Object.fromEntries(tables.map(({ table, names }) => [String(table), names]))
  )
  const lists = rowsOf(destination, `SELECT "Id", "Interests__c" FROM "Account" ORDER BY "Id"`)
  return { at, sent, run, destination, page, load, admin, columns, lists }
})

const names = (schema: StreamSchema = accountSchema): ReadonlyArray<string> => [
  ...schema.columns.map(({ name }) => name),
  "_decant_as_of"
]

const without = (name: string): StreamSchema =>
  withSchema({ columns: accountSchema.columns.filter((column) => column.name !== name) })

const likeInterests = (name: string, changes = {}) =>
  accountSchema.columns
    .filter((column) => column.name === "Interests__c")
    .map((column) => ({ ...column, name, from: { header: name, splitOn: ";" }, ...changes }))

const texts = [
  "a",
  "a;b;c",
  "",
  "a;;b",
  ";",
  "a,b;c d",
  'say "yes";"',
  "{a};{b,c}",
  "\\;\\\\a",
  "NULL;null",
  "one\ntwo;three\r\nfour",
  "Übersee;東;😀",
  ...randomTexts(7, 80)
]
const idOf = (at: number): string => `001${String(at).padStart(3, "0")}`
const listRows = texts.map((Interests__c, at) => account(idOf(at), 1, { Interests__c }))
const expected = texts.map((text, at) => [idOf(at), text === "" ? null : text.split(";")])

describe("Postgres: lists of a first load", () => {
  it.live("are copied straight, and are what the texts hold", () =>
    Effect.gen(function* () {
      const { sent, destination, page, load, columns, lists } = yield* begin
      yield* destination.commit(load(0, { segments: [page(listRows)] }))
      assert.deepStrictEqual(sent, { straight: 1, staged: 0 })
      assert.deepStrictEqual(yield* lists, expected)
      assert.deepStrictEqual(yield* columns, { Account: names() })
    })
  )

  it.live("are the same by staging, into the same table and into the visible one", () =>
    Effect.gen(function* () {
      const { sent, destination, page, load, columns, lists } = yield* begin
      const decimal = account("002", 1, { NumberOfEmployees: "42.0", Interests__c: "x" })
      yield* destination.commit(load(0, { segments: [page([...listRows, decimal])] }))
      assert.deepStrictEqual(sent, { straight: 1, staged: 1 })
      assert.deepStrictEqual(yield* lists, [...expected, ["002", ["x"]]])
      assert.deepStrictEqual(yield* columns, { Account: names() })
      const again = listRows.map((row) => ({ ...row, SystemModstamp: second(2) }))
      const result = yield* destination.commit(
        commitAfter(1, { segments: [page([...again, { ...decimal, Interests__c: "x;y" }], { asOf: 3 })] })
      )
      assert.strictEqual(result.updated, listRows.length + 1)
      assert.deepStrictEqual(yield* lists, [...expected, ["002", ["x", "y"]]])
    })
  )

  it.live("come once each when another run goes on with a load that was cut off", () =>
    Effect.gen(function* () {
      const { sent, run, destination, page, load, columns, lists } = yield* begin
      yield* destination.commit(load(0, { phase: "backfill", segments: [page(listRows.slice(0, 4))] }))
      assert.deepStrictEqual(yield* columns, {
        _decant_Account_g1: [
          ...names().map((name) =>
            ["IsDeleted", "Interests__c", "BillingAddress", "_decant_as_of"].includes(name)
              ? `${name} (computed)`
              : name
          ),
          "_decant_text_of_Interests__c"
        ]
      })
      const short = page([account("001X", 1, { Interests__c: "x" })], { said: 7 })
      const failing = load(1, { phase: "backfill", segments: [page(listRows.slice(4, 6)), short] })
      assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
      const later = yield* run
      const rest = [page(listRows.slice(4, 9)), page(listRows.slice(9))]
      yield* later.commit(load(1, { segments: rest }))
      assert.strictEqual(sent.staged, 0)
      assert.deepStrictEqual(yield* lists, expected)
      assert.deepStrictEqual(yield* columns, { Account: names() })
    })
  )

  it.live("are in every version that the history has of them", () =>
    Effect.gen(function* () {
      const { destination, page, load, columns } = yield* begin
      const schema = withSchema({ history: true })
      const segments = [
        page([account("001A", 7, { Interests__c: "new;er" })], { asOf: 10 }),
        page([account("001A", 6, { Interests__c: "o;ld" }), account("001B", 1)], { asOf: 20 })
      ]
      yield* destination.commit(load(0, { schema, segments }))
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT "Id", "Interests__c", valid_from, valid_to FROM "Account_history" ORDER BY 1, 3`
        ),
        [
          ["001A", ["o", "ld"], second(6), second(7)],
          ["001A", ["new", "er"], second(7), null],
          ["001B", null, second(1), null]
        ]
      )
      assert.deepStrictEqual(yield* columns, {
        Account: names(),
        Account_history: [...names().slice(0, -1), "valid_from", "valid_to", "is_current", "_decant_as_of"]
      })
    })
  )

  it.live("of a later generation are merged into the visible table", () =>
    Effect.gen(function* () {
      const { sent, destination, page, load, columns, lists } = yield* begin
      yield* destination.commit(load(0, { segments: [page(listRows.slice(0, 20))] }))
      const again = page(listRows, { generation: 2, asOf: 5 })
      const result = yield* destination.commit(
        load(1, { phase: "full", generation: 2, publish: true, segments: [again] })
      )
      assert.deepStrictEqual([result.inserted, result.updated], [listRows.length - 20, 0])
      assert.deepStrictEqual(sent, { straight: 2, staged: 0 })
      assert.deepStrictEqual(yield* lists, expected)
      assert.deepStrictEqual(yield* columns, { Account: names() })
    })
  )

  it.live("come and go in the middle of the load", () =>
    Effect.gen(function* () {
      const { destination, page, load, columns } = yield* begin
      const first = account("001A", 1, { Interests__c: "a;b" })
      yield* destination.commit(load(0, { phase: "backfill", segments: [page([first])] }))
      const fewer = header.filter((name) => name !== "Interests__c")
      const lost = page([account("001B", 1)], { header: fewer })
      yield* destination.commit(
        load(1, { schema: without("Interests__c"), phase: "backfill", segments: [lost] })
      )
      const schema = withSchema({ columns: [...accountSchema.columns, ...likeInterests("Regions__c")] })
      const both = account("001C", 1, { Interests__c: "c", Regions__c: "EMEA;APAC" })
      const own = [...header, "Regions__c"]
      yield* destination.commit(load(2, { schema, segments: [page([both], { header: own })] }))
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Id", "Interests__c", "Regions__c" FROM "Account" ORDER BY 1`),
        [
          ["001A", ["a", "b"], null],
          ["001B", null, null],
          ["001C", ["c"], ["EMEA", "APAC"]]
        ]
      )
      assert.deepStrictEqual(yield* columns, { Account: [...names(), "Regions__c"] })
    })
  )

  it.live("go on by staging in a table that has no texts for them", () =>
    Effect.gen(function* () {
      const { sent, destination, page, load, admin, columns, lists } = yield* begin
      yield* destination.commit(load(0, { phase: "backfill", segments: [page(listRows.slice(0, 4))] }))
      yield* admin(`ALTER TABLE salesforce."_decant_Account_g1" ALTER COLUMN "Interests__c" DROP EXPRESSION`)
      yield* admin(`ALTER TABLE salesforce."_decant_Account_g1" DROP COLUMN "_decant_text_of_Interests__c"`)
      yield* destination.commit(load(1, { segments: [page(listRows.slice(4))] }))
      assert.deepStrictEqual(sent, { straight: 1, staged: 1 })
      assert.deepStrictEqual(yield* lists, expected)
      assert.deepStrictEqual(yield* columns, { Account: names() })
    })
  )

  it.live("that get a mask after a first try that stored nothing are masked", () =>
    Effect.gen(function* () {
      const { destination, page, load, columns } = yield* begin
      const rows = [account("001A", 1, { Interests__c: "a;b" })]
      const failing = load(0, { segments: [page(rows), page(rows, { said: 7 })] })
      assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
      const schema = withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === "Interests__c" ? { ...column, mask: { hmac: "pii" } } : column
        )
      })
      yield* destination.commit(load(0, { schema, segments: [page(rows)] }))
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT length("Interests__c") FROM "Account"`), [
        [64]
      ])
      assert.deepStrictEqual(yield* columns, { Account: names() })
    })
  )

  it.live("may have names of 63 bytes, and columns beside them with the name of their texts", () =>
    Effect.gen(function* () {
      const { sent, destination, page, load, columns } = yield* begin
      const long = [`Interests_${"x".repeat(52)}1`, `Interests_${"x".repeat(52)}2`]
      const columnsOf = long.flatMap((name) => likeInterests(name))
      const schema = withSchema({ columns: [...accountSchema.columns, ...columnsOf] })
      const cells = { Interests__c: "a", [String(long[0])]: "b;c", [String(long[1])]: "d" }
      const own = [...header, ...long]
      yield* destination.commit(
        load(0, { schema, segments: [page([account("001A", 1, cells)], { header: own })] })
      )
      assert.deepStrictEqual(sent, { straight: 1, staged: 0 })
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Interests__c", "${long[0]}", "${long[1]}" FROM "Account"`),
        [[["a"], ["b", "c"], ["d"]]]
      )
      assert.deepStrictEqual(yield* columns, { Account: names(schema) })
      const taken = "_decant_text_of_Interests__c"
      const other = withSchema({
        stream: "Other",
        table: "Other",
        views: [],
        columns: [
          ...accountSchema.columns,
          ...likeInterests(taken, { type: { kind: "text" }, from: { header: taken } })
        ]
      })
      const row = account("001A", 1, { Interests__c: "a;b", [taken]: "mine" })
      const file = page([row], { header: [...header, taken], stream: "Other" })
      yield* destination.commit(load(0, { schema: other, segments: [file] }))
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Interests__c", "${taken}" FROM "Other"`), [
        [["a", "b"], "mine"]
      ])
      assert.strictEqual(sent.staged, 1)
    })
  )
})
