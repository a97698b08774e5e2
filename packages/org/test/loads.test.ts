/** Loads of CSV files: checked before anything is sent, reported to the row, and never written twice. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect, Fiber } from "effect"
import type { Row } from "../../salesforce-emulator/testing/emulator-process.ts"
import type { LoadProgress, LoadRequest } from "../src/index.ts"
import { Emulator } from "./emulator.ts"

const rowsOf = (path: string | null): ReadonlyArray<Record<string, string>> =>
  path === null ? [] : parse(readFileSync(path, "utf8"), { columns: true })

const contacts = (count: number, badEvery: number): string => {
  const lines = Array.from({ length: count }, (_, at) => {
    const bad = at % badEvery === badEvery - 1
    return `First ${at},${bad ? "" : `"Last, ""${at}"""`},row-${at}@example.com`
  })
  return `FirstName,LastName,Email\n${lines.join("\n")}\n`
}

const SMALL_JOBS = { bytesPerJob: 12_000, mostRowsByCollections: 500 }

describe("a load", () => {
  layer(Emulator.with("--dataset", "empty"), { excludeTestServices: true })((it) => {
    const write = (folder: string, name: string, text: string): string => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    }
    const live = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
      rows.filter((row) => row.IsDeleted === false)

    it.effect("by Bulk reports exactly the rows that were refused, with the reason", () =>
      Effect.gen(function* () {
        const { folder, open, truth } = yield* Emulator
        const org = yield* open({ sizes: SMALL_JOBS })
        const file = write(folder, "bulk.csv", contacts(1200, 40))
        const plan = yield* org.loads.prepare({ file, object: "contact", operation: "insert" })
        assert.strictEqual(plan.api, "bulk")
        assert.isAbove(plan.parts, 3)
        const seen: Array<LoadProgress> = []
        const report = yield* org.loads.start(plan, { onProgress: (progress) => seen.push(progress) })
        assert.deepInclude(report, { rows: 1200, succeeded: 1170, failed: 30, unprocessed: 0 })
        const failures = rowsOf(report.failureFile)
        assert.deepStrictEqual(
          failures.map(({ Email }) => Email).sort(),
          Array.from({ length: 30 }, (_, at) => `row-${at * 40 + 39}@example.com`).sort()
        )
        assert.include(failures[0]?.sf__Error, "LastName")
        assert.deepStrictEqual(report.reasons, [
          { reason: "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]", rows: 30 }
        ])
        const successes = rowsOf(report.successFile)
        const inOrg = live(yield* truth("Contact"))
        assert.deepStrictEqual(
          successes.map(({ sf__Id, LastName }) => `${sf__Id} ${LastName}`).sort(),
          inOrg.map(({ Id, LastName }) => `${Id} ${LastName}`).sort()
        )
        assert.strictEqual(seen.at(-1)?.phase, "done")
        assert.strictEqual(seen.at(-1)?.bytesSent, plan.bytes - "FirstName,LastName,Email\n".length)
        // What failed can be corrected and loaded as it is.
        const again = yield* org.loads.prepare({
          file: report.failureFile ?? "",
          object: "Contact",
          operation: "insert"
        })
        assert.deepStrictEqual(
          again.columns.filter(({ field }) => field === null).map(({ column }) => column),
          ["sf__Id", "sf__Error"]
        )
      })
    )

    it.effect("of few rows goes by calls of 200, types its values and tells the same story", () =>
      Effect.gen(function* () {
        const { folder, org, truth, forget, requests } = yield* Emulator
        const text = `Naam,NumberOfEmployees,Notes\n${Array.from({ length: 250 }, (_, at) => `Small ${at},${at % 50 === 0 ? "many" : at},private`).join("\n")}\n`
        const file = write(folder, "few.csv", text)
        const map = { Naam: "Name", Notes: "" }
        const plan = yield* org.loads.prepare({ file, object: "Account", operation: "insert", map })
        assert.strictEqual(plan.api, "collections")
        yield* forget
        const report = yield* org.loads.start(plan)
        const sent = (yield* requests).filter(({ path }) => path.endsWith("/composite/sobjects"))
        assert.strictEqual(sent.length, 2)
        assert.deepInclude(report, { rows: 250, succeeded: 245, failed: 5 })
        assert.deepStrictEqual(
          rowsOf(report.failureFile).map(({ Name }) => Name),
          [0, 50, 100, 150, 200].map((at) => `Small ${at}`)
        )
        const accounts = live(yield* truth("Account")).filter(({ Name }) => String(Name).startsWith("Small"))
        assert.strictEqual(accounts.length, 245)
        assert.strictEqual(accounts.find(({ Name }) => Name === "Small 7")?.NumberOfEmployees, 7)
        // Update and delete by what the success file says.
        const updates = rowsOf(report.successFile).map(({ sf__Id }) => `${sf__Id},#N/A`)
        const update: LoadRequest = {
          file: write(folder, "update.csv", `Id,NumberOfEmployees\n${updates.join("\n")}\n`),
          object: "Account",
          operation: "update"
        }
        assert.strictEqual((yield* org.loads.start(yield* org.loads.prepare(update))).succeeded, 245)
        const cleared = live(yield* truth("Account")).filter(({ Name }) => String(Name).startsWith("Small"))
        assert.isTrue(cleared.every(({ NumberOfEmployees }) => NumberOfEmployees === null))
        const remove: LoadRequest = {
          file: report.successFile ?? "",
          object: "Account",
          operation: "delete",
          map: { sf__Id: "Id" }
        }
        assert.strictEqual((yield* org.loads.start(yield* org.loads.prepare(remove))).succeeded, 245)
        assert.strictEqual(
          live(yield* truth("Account")).filter(({ Name }) => String(Name).startsWith("Small")).length,
          0
        )
      })
    )

    it.effect("upserts by an external id, by calls and by Bulk alike", () =>
      Effect.gen(function* () {
        const { folder, org, control, truth } = yield* Emulator
        yield* control("POST", "schema/Account", {
          addField: { name: "Key__c", type: "string", length: 40, externalId: true, unique: true }
        })
        for (const api of ["collections", "bulk"] as const) {
          const request = (name: string): LoadRequest => ({
            file: write(folder, `${api}.csv`, `Key__c,Name\n1,${name} one\n2,${name} two\n,no key\n`),
            object: "Account",
            operation: "upsert",
            externalId: "key__c",
            api
          })
          yield* org.loads.start(yield* org.loads.prepare(request("first")))
          const report = yield* org.loads.start(yield* org.loads.prepare(request(api)))
          assert.deepInclude(report, { succeeded: 2, failed: 1 })
          assert.deepStrictEqual(
            rowsOf(report.successFile).map(({ sf__Created }) => sf__Created),
            ["false", "false"]
          )
          const keyed = live(yield* truth("Account")).filter(({ Key__c }) => Key__c !== null)
          assert.deepStrictEqual(keyed.map(({ Name }) => Name).sort(), [`${api} one`, `${api} two`])
        }
      })
    )

    it.effect("names everything that does not fit before a byte is sent", () =>
      Effect.gen(function* () {
        const { folder, org, forget, requests } = yield* Emulator
        yield* forget
        const file = write(
          folder,
          "unfit.csv",
          "FistName,CreatedDate,Email,E-Mail,Owner.Usernam\n1,2,3,4,5\n"
        )
        const error = yield* Effect.flip(
          org.loads.prepare({
            file,
            object: "Contact",
            operation: "insert",
            map: { "E-Mail": "Email", Emale: "X" }
          })
        )
        assert.strictEqual(error.code, "LOAD_COLUMNS_INVALID")
        for (const problem of [
          "FistName: Contact has no such field that this user may see. Did you mean FirstName?",
          "CreatedDate cannot be written by insert: it is read-only",
          "E-Mail: another column is written to Email already.",
          "--map Emale: the file has no such column. Did you mean Email?",
          "Owner.Usernam: Contact has no such field",
          "Required and not in the file: LastName (Last Name)."
        ]) {
          assert.include(error.message, problem)
        }
        const key = yield* Effect.flip(
          org.loads.prepare({ file, object: "Contact", operation: "upsert", externalId: "Phone" })
        )
        assert.include(key.message, "Phone is not an external id of Contact")
        const update = yield* Effect.flip(org.loads.prepare({ file, object: "Contact", operation: "update" }))
        assert.include(update.message, "Id: the file has no such column")
        const separated = write(folder, "semicolons.csv", "LastName;Email\na;b\n")
        const commas = yield* Effect.flip(
          org.loads.prepare({ file: separated, object: "Contact", operation: "insert" })
        )
        assert.include(commas.message, 'separated by ";"')
        const unknown = yield* Effect.flip(
          org.loads.prepare({ file, object: "Contcat", operation: "insert" })
        )
        assert.include(unknown.message, "Did you mean Contact?")
        assert.isTrue(
          (yield* requests).every(({ method, path }) => method === "GET" || path.includes("oauth2"))
        )
      })
    )

    const bulkSteps = [
      { step: "making a job", match: { method: "POST", path: "/jobs/ingest" } },
      { step: "uploading", match: { method: "PUT", path: "/batches" } },
      { step: "closing a job", match: { method: "PATCH", path: "/jobs/ingest" } },
      { step: "waiting for a job", match: { method: "GET", path: "/jobs/ingest" } },
      { step: "fetching results", match: { method: "GET", path: "/successfulResults" } }
    ]

    // Before and while the job is closed, and when it is done.
    for (const { step, match } of [bulkSteps[1], bulkSteps[2], bulkSteps[4]].filter(
      (one) => one !== undefined
    )) {
      it.effect(`that is killed while ${step} goes on without writing a row twice`, () =>
        Effect.gen(function* () {
          const { folder, open, control, truth, fault, forget, requests } = yield* Emulator
          const tag = step.replaceAll(" ", "-")
          const text = contacts(600, 10).replaceAll("@example.com", `@${tag}.example`)
          const file = write(folder, `${tag}.csv`, text)
          const org = yield* open({ sizes: SMALL_JOBS })
          const plan = yield* org.loads.prepare({ file, object: "Contact", operation: "insert" })
          yield* forget
          // The call reaches the org, but much later than we have gone.
          yield* fault(match, { delayMs: 1200 })
          const running = yield* Effect.forkChild(org.loads.start(plan))
          const asked = Effect.map(org.loads.list, (loads) => loads.find((load) => load.file === file))
          const begun = Effect.repeat(Effect.delay(asked, "10 millis"), {
            until: (load) => load !== undefined
          })
          yield* begun
          // The struck call has been sent when what comes before it is done.
          yield* Effect.sleep("350 millis")
          yield* Fiber.interrupt(running)
          const refused = yield* Effect.flip(org.loads.start(plan))
          assert.strictEqual(refused.code, "LOAD_UNFINISHED")
          yield* Effect.sleep("500 millis")
          yield* control("DELETE", "faults")
          const other = yield* open({ sizes: SMALL_JOBS })
          const report = yield* other.loads.resume((yield* begun)?.id ?? "")
          assert.deepInclude(report, { rows: 600, succeeded: 540, failed: 60, unprocessed: 0 })
          const inOrg = live(yield* truth("Contact")).filter(({ Email }) =>
            String(Email).endsWith(`@${tag}.example`)
          )
          assert.strictEqual(inOrg.length, 540)
          assert.isAbove((yield* requests).length, 5)
        })
      )
    }

    it.effect("does not go on with a file that has changed since", () =>
      Effect.gen(function* () {
        const { folder, org } = yield* Emulator
        const file = write(folder, "changed.csv", contacts(2, 10))
        const plan = yield* org.loads.prepare({ file, object: "Contact", operation: "insert" })
        const { id } = yield* org.loads.start(plan)
        write(folder, "changed.csv", contacts(3, 10))
        const refused = yield* Effect.flip(org.loads.resume(id))
        assert.strictEqual(refused.code, "LOAD_FILE_CHANGED")
      })
    )

    it.effect("has no Ids of its own making", () =>
      Effect.gen(function* () {
        const { folder, org } = yield* Emulator
        const file = write(folder, "ids.csv", "Id,LastName\n003000000000001AAA,Own\n")
        const insert = { file, object: "Contact", operation: "insert" } as const
        const refused = yield* Effect.flip(org.loads.prepare(insert))
        assert.include(refused.message, "Id cannot be written by insert")
        yield* org.loads.prepare({ ...insert, operation: "update" })
      })
    )

    it.effect("settles answers that never came by looking the job up", () =>
      Effect.gen(function* () {
        const { folder, open, truth, fault } = yield* Emulator
        const text = contacts(600, 10).replaceAll("@example.com", "@lost.example")
        const file = write(folder, "lost.csv", text)
        const org = yield* open({ sizes: SMALL_JOBS })
        for (const { match } of bulkSteps.slice(0, 3)) yield* fault(match, { resetAfterBytes: 0 })
        const plan = yield* org.loads.prepare({ file, object: "Contact", operation: "insert" })
        const report = yield* org.loads.start(plan)
        assert.deepInclude(report, { succeeded: 540, failed: 60 })
        const inOrg = live(yield* truth("Contact")).filter(({ Email }) =>
          String(Email).endsWith("@lost.example")
        )
        assert.strictEqual(inOrg.length, 540)
      })
    )

    it.effect("by calls does not repeat an insert whose answer never came, and says so", () =>
      Effect.gen(function* () {
        const { folder, org, fault, truth } = yield* Emulator
        const file = write(
          folder,
          "uncertain.csv",
          contacts(300, 1000).replaceAll("@example.com", "@u.example")
        )
        const plan = yield* org.loads.prepare({ file, object: "Contact", operation: "insert" })
        yield* fault({ method: "POST", path: "/composite/sobjects" }, { resetAfterBytes: 0 })
        const report = yield* org.loads.start(plan)
        assert.deepInclude(report, { succeeded: 100, failed: 200 })
        assert.include(rowsOf(report.failureFile)[0]?.sf__Error, "OUTCOME_UNKNOWN")
        const inOrg = live(yield* truth("Contact")).filter(({ Email }) =>
          String(Email).endsWith("@u.example")
        )
        assert.isTrue(inOrg.length === 100 || inOrg.length === 300, String(inOrg.length))
      })
    )

    it.effect("whose job fails as a whole hands the rows back", () =>
      Effect.gen(function* () {
        const { folder, org, control, fault } = yield* Emulator
        const file = write(folder, "aborted.csv", contacts(600, 10).replaceAll("@example.com", "@a.example"))
        const plan = yield* org.loads.prepare({ file, object: "Contact", operation: "insert", api: "bulk" })
        yield* control("POST", "switches", { bulkQueueMs: 60_000 })
        yield* fault({ method: "GET", path: "/jobs/ingest" }, { delayMs: 300 })
        const running = yield* Effect.forkChild(org.loads.start(plan))
        const job = yield* Effect.repeat(
          Effect.delay(
            Effect.map(org.loads.list, (loads) => loads.find((load) => load.file === file)?.jobs[0]),
            "20 millis"
          ),
          { until: (found) => found?.state === "InProgress" }
        )
        yield* org.rest({
          method: "PATCH",
          path: `/services/data/v${org.apiVersion}/jobs/ingest/${job?.id}`,
          body: { type: "application/json", text: '{"state":"Aborted"}' }
        })
        const report = yield* Fiber.join(running)
        yield* control("POST", "switches", { bulkQueueMs: 20 })
        assert.deepInclude(report, { succeeded: 0, failed: 0, unprocessed: 600 })
        assert.isNull(report.successFile)
        const rows = rowsOf(report.failureFile)
        assert.strictEqual(rows.length, 600)
        assert.include(rows[0]?.sf__Error, "NOT_PROCESSED")
        assert.strictEqual(rows[3]?.LastName, 'Last, "3"')
        assert.isTrue(existsSync(file))
      })
    )
  })
})
