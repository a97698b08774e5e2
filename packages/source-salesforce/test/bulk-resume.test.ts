import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { type Tuning, tuning } from "../src/tuning.ts"
import { Emulator } from "./emulator.ts"
import { addContacts, smallOrg } from "./small-org.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, sync, type Table } from "./table.ts"

/** Seven pages, the last of fewer rows. */
const rows = 40
const small: Tuning = { ...tuning, pageRows: 6, mostRowsByRest: 5 }
const parallel = 'apiVersion: "67.0"'
const byLocator = 'apiVersion: "57.0"'

const setting = (version: string) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    const spec = yield* org.spec("[{ object: Contact }]", `  ${version}`)
    const source = yield* openSalesforce({ spec, folder: "." }, small)
    const spool = yield* spoolFolder
    yield* org.forget
    return { org, source, spool }
  })

const expectTruth = (table: Table) =>
  Effect.gen(function* () {
    const org = yield* Emulator
    assert.deepStrictEqual(differences(table, yield* org.truth("Contact")), [])
  })

const count = (lines: ReadonlyArray<string>, part: string): number =>
  lines.filter((line) => line.includes(part)).length

layer(
  smallOrg((org) => addContacts(org, rows), "--switch", "bulkPageRows=6"),
  { excludeTestServices: true, timeout: "1 minute" }
)((it) => {
  describe("bulk results", () => {
    for (const [how, version] of [
      ["in parallel", parallel],
      ["by locator", byLocator]
    ] as const) {
      it.effect(`come ${how}, page by page`, () =>
        Effect.gen(function* () {
          const { org, source, spool } = yield* setting(version)
          const table = newTable()
          const { advances } = yield* sync(source, "Contact", table, spool)
          yield* expectTruth(table)
          assert.strictEqual(table.read, (yield* org.truth("Contact")).size)
          assert.strictEqual(advances.length, 9)
          assert.strictEqual(table.segments.size, 7)
          assert.strictEqual(count(yield* org.requests, "resultPages") > 0, version === parallel)
        }).pipe(Effect.scoped)
      )

      it.effect(`go on ${how} with the same job after a crash, without reading a committed page again`, () =>
        Effect.gen(function* () {
          const { org, source, spool } = yield* setting(version)
          const table = newTable()
          const first = yield* planOf(source, "Contact", table)
          yield* pour(table, source.read(first, { spool, report: () => Effect.void }), 4)
          assert.strictEqual(table.segments.size, 3)
          const bytes = (yield* source.usage("Contact")).bytes
          yield* org.forget

          const { plan } = yield* sync(source, "Contact", table, spool)
          assert.isTrue(plan.resumes)
          assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 0)
          yield* expectTruth(table)
          assert.strictEqual(table.read, (yield* org.truth("Contact")).size)
          assert.isAbove((yield* source.usage("Contact")).bytes, bytes)
          assert.strictEqual(table.checkpoint?.phase, "incremental")
        }).pipe(Effect.scoped)
      )
    }

    it.effect("of a resumed job are followed by what changed since it began", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        const first = yield* planOf(source, "Contact", table)
        yield* pour(table, source.read(first, { spool, report: () => Effect.void }), 2)
        const [id = ""] = [...(yield* org.truth("Contact")).keys()]
        yield* org.records("Contact", {
          update: [{ Id: id, Title: "after the crash" }],
          insert: [{ LastName: "New" }]
        })
        yield* sync(source, "Contact", table, spool)
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
    )

    for (const [what, answer] of [
      [
        "is gone",
        {
          status: 404,
          body: [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }]
        }
      ],
      [
        "has failed",
        { status: 200, body: { id: "750", state: "Failed", errorMessage: "Unexpected exception" } }
      ],
      [
        "cannot be counted",
        { status: 200, body: { id: "750", state: "JobComplete", numberRecordsProcessed: 5 } }
      ]
    ] as const) {
      it.effect(`of a job that ${what} come from a new one`, () =>
        Effect.gen(function* () {
          const { source, spool, org } = yield* setting(parallel)
          const table = newTable()
          const first = yield* planOf(source, "Contact", table)
          yield* pour(table, source.read(first, { spool, report: () => Effect.void }), 3)
          yield* org.fault(`jobs/query/${table.checkpoint?.work[0]?.job?.id}`, answer, 1)
          const { plan } = yield* sync(source, "Contact", table, spool)
          assert.isTrue(plan.resumes)
          yield* expectTruth(table)
          assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 2)
        }).pipe(Effect.scoped)
      )
    }

    for (const [what, action] of [
      ["reset in the middle", { resetAfterBytes: 300 }],
      ["truncated as if complete", { truncateAfterBytes: 300 }],
      [
        "refused by a maintenance page",
        { status: 503, body: "<html>Maintenance</html>", headers: { "content-type": "text/html" } }
      ]
    ] as const) {
      it.effect(`are complete although a page was ${what}`, () =>
        Effect.gen(function* () {
          const { org, source, spool } = yield* setting(parallel)
          const table = newTable()
          yield* org.fault("/results?locator", action, 2)
          yield* sync(source, "Contact", table, spool)
          yield* expectTruth(table)
          assert.strictEqual(count(yield* org.requests, "/results"), 9)
        }).pipe(Effect.scoped)
      )
    }

    it.effect("go on after a session that ends between two pages, with one login more", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        const expired = [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]
        yield* org.fault("/results?locator", { status: 401, body: expired }, 3)
        yield* sync(source, "Contact", table, spool)
        yield* expectTruth(table)
        assert.strictEqual(count(yield* org.requests, "/services/oauth2/token"), 1)
      }).pipe(Effect.scoped)
    )

    it.effect("of a job of last week, which Salesforce keeps no more, come from a new one", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        const first = yield* planOf(source, "Contact", table)
        yield* pour(table, source.read(first, { spool, report: () => Effect.void }), 3)
        const old = table.checkpoint?.work[0]?.job?.id
        yield* org.control("POST", "clock", { advanceSeconds: 7 * 86_400 })
        yield* org.forget
        const later = yield* openSalesforce(
          { spec: yield* org.spec("[{ object: Contact }]", `  ${parallel}`), folder: "." },
          small
        )
        const { plan } = yield* sync(later, "Contact", table, spool)
        assert.isFalse(plan.resumes)
        yield* expectTruth(table)
        assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 1)
        assert.strictEqual(count(yield* org.requests, `${old}/results`), 0)
      }).pipe(Effect.scoped)
    )

    it.effect("that stay broken fail without moving the cursor, and the next run finishes the same job", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(byLocator)
        const table = newTable()
        yield* org.fault("locator=", { truncateAfterBytes: 100 }, 3)
        const plan = yield* planOf(source, "Contact", table)
        const error = yield* Effect.flip(pour(table, source.read(plan, { spool, report: () => Effect.void })))
        assert.strictEqual(error.code, "PAGE_DAMAGED")
        assert.isNull(table.checkpoint?.cursor ?? null)
        assert.strictEqual(table.segments.size, 1)
        const again = yield* sync(source, "Contact", table, spool)
        assert.isTrue(again.plan.resumes)
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
    )
  })

  describe("the choice of the API", () => {
    const touch = (rows: number) =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const ids = [...(yield* org.truth("Contact")).values()]
          .filter((row) => row.IsDeleted === false)
          .slice(0, rows)
          .map(({ Id }) => ({ Id, Title: `touched ${rows}` }))
        yield* org.records("Contact", { update: ids })
      })

    it.effect("takes Bulk for a large increment, REST for a small one", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        yield* sync(source, "Contact", table, spool)
        yield* org.forget
        yield* touch(3)
        yield* sync(source, "Contact", table, spool)
        assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 0)
        yield* touch(20)
        yield* sync(source, "Contact", table, spool)
        assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 1)
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
    )

    it.effect("takes Bulk when the REST query runs into its time limit", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        yield* sync(source, "Contact", table, spool)
        yield* touch(2)
        yield* org.fault("/queryAll", {
          status: 400,
          body: [{ errorCode: "QUERY_TIMEOUT", message: "Your query request was running for too long." }]
        })
        yield* sync(source, "Contact", table, spool)
        assert.strictEqual(count(yield* org.requests, "POST /services/data/v67.0/jobs/query"), 2)
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
    )

    it.effect("takes REST for a back-fill that Bulk refuses", () =>
      Effect.gen(function* () {
        const { org, source, spool } = yield* setting(parallel)
        const table = newTable()
        yield* org.fault("/jobs/query", {
          status: 400,
          body: [{ errorCode: "INVALIDENTITY", message: "Contact is not supported by the Bulk API" }]
        })
        yield* sync(source, "Contact", table, spool)
        assert.strictEqual((yield* source.usage("Contact")).api, "rest")
        yield* expectTruth(table)
      }).pipe(Effect.scoped)
    )

    it.effect(
      "reads a window again when REST sends fewer rows than it announced, and fails the second time",
      () =>
        Effect.gen(function* () {
          const { org, source, spool } = yield* setting(parallel)
          const table = newTable()
          yield* sync(source, "Contact", table, spool)
          const cursor = table.checkpoint?.cursor
          yield* touch(2)
          const short = { status: 200, body: { totalSize: 2, done: true, records: [] } }
          yield* org.fault("/queryAll", short, 1)
          yield* sync(source, "Contact", table, spool)
          yield* expectTruth(table)
          yield* touch(1)
          yield* org.fault("/queryAll", short, 2)
          const plan = yield* planOf(source, "Contact", table)
          const before = table.checkpoint?.cursor
          const error = yield* Effect.flip(
            pour(table, source.read(plan, { spool, report: () => Effect.void }))
          )
          assert.strictEqual(error.code, "ROW_COUNT_MISMATCH")
          assert.isTrue((before ?? "") >= (cursor ?? ""))
          assert.strictEqual(table.checkpoint?.cursor, before)
        }).pipe(Effect.scoped)
    )
  })
})
