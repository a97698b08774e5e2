/** A first load that is copied straight into its table: what staging would have found is found all the same. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { account, type Cells, type CommitOptions, commitAfter, second, segment } from "./account.ts"
import { plainHeader, plainSchema } from "./plain-account.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)

const begin = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(subject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
  const page = (rows: ReadonlyArray<Cells>, more = {}) => segment(at, { header: plainHeader, rows, ...more })
  const load = (version: number, options: CommitOptions) =>
    commitAfter(version, { schema: plainSchema(), everything: true, ...options })
  const admin = (sql: string) => Effect.promise(() => server.admin(at, sql))
  return { at, destination, page, load, admin }
})

const names = `SELECT "Id", "Name" FROM "Account" ORDER BY "Id"`

describe("Postgres: a first load", () => {
  it.live("is copied into a table beside the visible one, a page a transaction", () =>
    Effect.gen(function* () {
      const { destination, page, load, admin } = yield* begin
      const rows = [account("001A", 1, { BillingCity: "Paris", AnnualRevenue: "1.5" }), account("001B", 1)]
      yield* destination.commit(load(0, { phase: "backfill" }))
      yield* destination.commit(load(1, { phase: "backfill", segments: [page(rows.slice(0, 1))] }))
      const hidden = yield* admin(
        `SELECT (SELECT count(*) FROM salesforce."_decant_Account_g1")::integer AS rows, count(*) FILTER (WHERE committed)::integer AS loads FROM _decant.loads`
      )
      assert.deepStrictEqual(hidden, [{ rows: 1, loads: 1 }])
      assert.strictEqual(yield* codeOf(destination.query(names, { maxRows: 1, seconds: 5 })), "QUERY_FAILED")
      const result = yield* destination.commit(
        load(2, { segments: [{ ...page(rows.slice(1)), asOf: "2026-11-21T10:00:00.123Z" }] })
      )
      assert.deepStrictEqual([result.inserted, result.unchanged, result.rows], [2, 0, 2])
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT "Id", "AnnualRevenue", "BillingAddress", "IsDeleted", _decant_as_of FROM account_live ORDER BY 1`
        ),
        [
          ["001A", 1.5, { street: null, city: "Paris" }, false, second(0)],
          ["001B", null, null, false, "2026-11-21T10:00:00.123Z"]
        ]
      )
      const shape = yield* admin(
        `SELECT (SELECT count(*) FROM pg_constraint WHERE conrelid = 'salesforce."Account"'::regclass AND contype = 'p' AND conname = 'Account_pkey')::integer AS keys,
           (SELECT count(*) FROM pg_attribute WHERE attrelid = 'salesforce."Account"'::regclass AND (atthasdef OR attgenerated <> ''))::integer AS computed,
           (SELECT count(*) FROM _decant.loads)::integer AS loads`
      )
      assert.deepStrictEqual(shape, [{ keys: 1, computed: 0, loads: 0 }])
      yield* destination.commit(
        commitAfter(3, {
          schema: plainSchema(),
          segments: [page([account("001A", 2, { BillingCity: "Rome" })], { asOf: 5 })]
        })
      )
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "BillingAddress" FROM "Account" WHERE "Id" = '001A'`),
        [[{ street: null, city: "Rome" }]]
      )
    })
  )

  it.live("takes pages of a killed commit for what they are: once if they come again, else never", () =>
    Effect.gen(function* () {
      const { destination, page, load, admin } = yield* begin
      const [first, second] = [page([account("001A", 1)]), page([account("001B", 1)])]
      const short = page([account("001X", 1)], { said: 7 })
      yield* destination.commit(load(0, { phase: "backfill" }))
      const failing = load(1, { phase: "backfill", segments: [first, page([account("001Y", 1)]), short] })
      assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
      assert.isAbove(Number((yield* admin(`SELECT count(*)::integer AS n FROM _decant.loads`))[0]?.n), 0)
      const result = yield* destination.commit(load(1, { segments: [first, second] }))
      assert.strictEqual(result.rows, 2)
      assert.deepStrictEqual(
        (yield* rowsOf(destination, names)).map(([id]) => id),
        ["001A", "001B"]
      )
    })
  )

  it.live("copies a page of several files in two halves, of which both count or none", () =>
    Effect.gen(function* () {
      const { destination, page, load, admin } = yield* begin
      const rows = Array.from({ length: 9 }, (_, at) => account(`001${at}`, 1))
      /** The page as it comes from a download that was cut at other places each time. */
      const cut = (sizes: ReadonlyArray<number>) => {
        const ends = sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0))
        return ends.flatMap((end, at) => page(rows.slice(end - (sizes[at] ?? 0), end)).files)
      }
      const whole = page([])
      const [short] = page([account("001X", 1)], { said: 7 }).files
      const notes = `SELECT count(*)::integer AS notes, count(*) FILTER (WHERE committed)::integer AS accepted,
        count(DISTINCT load_xid)::integer AS transactions FROM _decant.loads`
      yield* destination.commit(load(0, { phase: "backfill" }))
      const failing = load(1, {
        phase: "backfill",
        segments: [{ ...whole, files: [...cut([2, 3, 4]), ...(short === undefined ? [] : [short])] }]
      })
      assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
      const left = Number((yield* admin(notes))[0]?.notes)
      const again = { ...whole, files: cut([4, 1, 1, 3]) }
      yield* destination.commit(load(1, { phase: "backfill", segments: [again] }))
      assert.deepStrictEqual(yield* admin(notes), [{ notes: left + 2, accepted: 2, transactions: left + 2 }])
      const result = yield* destination.commit(load(2, { segments: [page([account("001Z", 1)])] }))
      assert.strictEqual(result.inserted, 10)
      assert.deepStrictEqual(
        (yield* rowsOf(destination, names)).map(([id]) => id),
        [...rows.map(({ Id }) => Id), "001Z"]
      )
    })
  )

  it.live("keeps the newest of several rows of a key, and the others in its history", () =>
    Effect.gen(function* () {
      const { destination, page, load } = yield* begin
      const segments = [
        page([account("001A", 7, { Name: "newest" }), account("001B", 1)], { asOf: 10 }),
        page([account("001A", 6, { Name: "older" }), account("001B", 1)], { asOf: 20 })
      ]
      const result = yield* destination.commit(load(0, { schema: plainSchema({ history: true }), segments }))
      assert.deepStrictEqual([result.inserted, result.unchanged], [2, 2])
      assert.deepStrictEqual(yield* rowsOf(destination, names), [
        ["001A", "newest"],
        ["001B", "Account 001B"]
      ])
      assert.deepStrictEqual(
        yield* rowsOf(
          destination,
          `SELECT "Id", "Name", valid_from, valid_to FROM "Account_history" ORDER BY 1, 3`
        ),
        [
          ["001A", "older", second(6), second(7)],
          ["001A", "newest", second(7), null],
          ["001B", "Account 001B", second(1), null]
        ]
      )
    })
  )

  it.live("finds two different rows of one key, and rows without one", () =>
    Effect.gen(function* () {
      const { destination, page, load } = yield* begin
      const two = ["one", "two"].map((Name) => page([account("001A", 1, { Name })], { work: "job" }))
      assert.strictEqual(yield* codeOf(destination.commit(load(0, { segments: two }))), "NON_UNIQUE_KEY")
      const nameless = page([{ ...account("001A", 1), Id: null }])
      assert.strictEqual(
        yield* codeOf(destination.commit(load(0, { segments: [nameless] }))),
        "SEGMENT_REFUSED"
      )
      assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
      assert.strictEqual(
        (yield* destination.commit(load(0, { segments: [page([account("001A", 1)])] }))).inserted,
        1
      )
    })
  )

  it.live("goes by staging where a value needs it", () =>
    Effect.gen(function* () {
      const { destination, page, load } = yield* begin
      const segments = [
        page([account("001A", 1, { NumberOfEmployees: "7" })]),
        page([account("001B", 1, { NumberOfEmployees: "42.0" })])
      ]
      yield* destination.commit(load(0, { segments }))
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Id", "NumberOfEmployees" FROM "Account" ORDER BY 1`),
        [
          ["001A", 7],
          ["001B", 42]
        ]
      )
    })
  )

  it.live("bars rows that were removed since they were read, and masks on the way", () =>
    Effect.gen(function* () {
      const { destination, page, load } = yield* begin
      const schema = plainSchema({
        columns: plainSchema().columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
      })
      yield* destination.commit(load(0, { schema, segments: [page([account("001A", 1)])] }))
      const gone = page([{ Id: "001B", SystemModstamp: second(8) }], {
        asOf: 10,
        effect: "delete",
        header: ["Id", "SystemModstamp"]
      })
      yield* destination.commit(commitAfter(1, { schema, segments: [gone] }))
      const rows = [account("001A", 1), account("001B", 7, { Name: "what do ya want for nothing?" })]
      const again = page(rows, { generation: 2, asOf: 5 })
      yield* destination.commit(
        commitAfter(2, { schema, phase: "full", generation: 2, publish: true, segments: [again] })
      )
      assert.deepStrictEqual(
        (yield* rowsOf(destination, names)).map(([id]) => id),
        ["001A"]
      )
      assert.deepStrictEqual(yield* rowsOf(destination, `SELECT DISTINCT length("Name") FROM "Account"`), [
        [64]
      ])
    })
  )

  it.live("goes on after fields have come and gone in the middle of it", () =>
    Effect.gen(function* () {
      const { destination, page, load } = yield* begin
      yield* destination.commit(load(0, { phase: "backfill", segments: [page([account("001A", 1)])] }))
      const text = { kind: "text" } as const
      const schema = plainSchema({
        columns: [
          ...plainSchema().columns.filter(({ name }) => name !== "AnnualRevenue"),
          { name: "Region__c", label: "Region", type: text, from: { header: "Region__c" } }
        ]
      })
      const own = [...plainHeader.filter((name) => name !== "AnnualRevenue"), "Region__c"]
      const wide = page([account("001B", 1, { Region__c: "EMEA" })], { header: own })
      yield* destination.commit(load(1, { schema, segments: [wide] }))
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Id", "Region__c" FROM account_live ORDER BY 1`),
        [
          ["001A", null],
          ["001B", "EMEA"]
        ]
      )
    })
  )
})
