/** Asking an org and changing its records, as the commands and the MCP server do. */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { soql, soqlContains, soslTerm } from "../src/index.ts"
import { Emulator } from "./emulator.ts"

const logOf = (folder: string): ReadonlyArray<Record<string, unknown>> =>
  readFileSync(join(folder, "writes.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))

describe("an org", () => {
  layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true })((it) => {
    it.effect("answers a query page by page, and fetches no page that nobody asks for", () =>
      Effect.gen(function* () {
        const { org, truth, forget, requests } = yield* Emulator
        const all = (yield* truth("Contact")).filter((row) => row.IsDeleted === false)
        assert.isAbove(all.length, 400)
        const pages = yield* Stream.runCollect(org.query("SELECT Id FROM Contact", { pageRows: 200 }))
        assert.deepStrictEqual(
          pages.flatMap(({ records }) => records.map(({ Id }) => Id)).sort(),
          all.map(({ Id }) => Id).sort()
        )
        assert.isAbove(pages.length, 2)
        assert.strictEqual(pages[0]?.totalSize, all.length)
        yield* forget
        yield* Stream.runDrain(Stream.take(org.query("SELECT Id FROM Contact", { pageRows: 200 }), 1))
        assert.strictEqual((yield* requests).length, 1)
      })
    )

    it.effect("binds values so that no text can become a part of the statement", () =>
      Effect.gen(function* () {
        const { org } = yield* Emulator
        const nasty = `O'Brien \\' OR Name != '" %_ \n`
        const { id } = yield* org.create("Account", { Name: nasty.trim() })
        const find = (statement: string) =>
          Effect.map(Stream.runCollect(org.query(statement)), (pages) =>
            pages.flatMap(({ records }) => records.map(({ Id }) => Id))
          )
        assert.deepStrictEqual(
          yield* find(soql`SELECT Id FROM Account WHERE Name = ${nasty.trim()} LIMIT ${5}`),
          [id]
        )
        assert.deepStrictEqual(
          yield* find(soql`SELECT Id FROM Account WHERE Name LIKE ${soqlContains("\\' OR Name != '\" %_")}`),
          [id]
        )
        assert.deepStrictEqual(yield* find(soql`SELECT Id FROM Account WHERE Id IN ${[id]}`), [id])
        yield* org.delete("Account", id)
      })
    )

    it.effect("finds by SOSL whatever reserved characters the term has", () =>
      Effect.gen(function* () {
        const { org } = yield* Emulator
        const { id } = yield* org.create("Account", { Name: "Zweig-und-Blatt {GmbH}" })
        const found = yield* org.search(
          `FIND {"${soslTerm("Zweig-und-Blatt")}"} IN NAME FIELDS RETURNING Account(Id)`
        )
        assert.deepStrictEqual(
          found.map(({ Id }) => Id),
          [id]
        )
        yield* org.delete("Account", id)
      })
    )

    it.effect("lists and describes objects, and reads one record", () =>
      Effect.gen(function* () {
        const { org } = yield* Emulator
        assert.include(
          (yield* org.objects).map(({ name }) => name),
          "Opportunity"
        )
        const { fields } = yield* org.describe("Contact")
        assert.isFalse(fields.find(({ name }) => name === "LastName")?.nillable)
        const [page] = yield* Stream.runCollect(org.query("SELECT Id, Name FROM Account LIMIT 1"))
        const first = page?.records[0]
        const record = yield* org.get("Account", String(first?.Id), ["Name"])
        assert.strictEqual(record.Name, first?.Name)
      })
    )

    it.effect("writes are logged with who, what, before and after", () =>
      Effect.gen(function* () {
        const { org, stateFolder } = yield* Emulator
        const { userId } = yield* org.whoAmI
        const { id } = yield* org.create("Account", { Name: "Before" })
        yield* org.update("Account", id, { Name: "After" })
        const upserted = yield* org.upsert("Account", { field: "Id", value: id }, { Name: "Again" })
        assert.strictEqual(upserted.id, id)
        yield* org.delete("Account", id)
        const lines = logOf(stateFolder).slice(-8)
        assert.deepStrictEqual(
          lines.map(({ phase }) => phase),
          ["sent", "done", "sent", "done", "sent", "done", "sent", "done"]
        )
        const [create, , update, , upsert, , remove] = lines
        assert.strictEqual(create?.userId, userId)
        assert.strictEqual(create?.by, "test")
        assert.deepStrictEqual(update?.before, { Name: "Before" })
        assert.deepStrictEqual(update?.after, { Name: "After" })
        assert.deepStrictEqual(upsert?.before, { Name: "After" })
        assert.strictEqual((remove?.before as { Name?: string } | undefined)?.Name, "Again")
        assert.strictEqual(remove?.id, id)
      })
    )

    it.effect("a refusal says Salesforce's reason in the words of the catalogue", () =>
      Effect.gen(function* () {
        const { org } = yield* Emulator
        const refused = yield* Effect.flip(org.create("Contact", { FirstName: "No last name" }))
        assert.strictEqual(refused.code, "API_ROW_REFUSED")
        assert.include(refused.message, "LastName")
        const unknown = yield* Effect.flip(Stream.runDrain(org.query("SELECT Nmae FROM Account")))
        assert.strictEqual(unknown.code, "API_UNKNOWN_FIELD")
        const name = yield* Effect.flip(org.get("Account/../User", "001000000000001"))
        assert.strictEqual(name.code, "ORG_CALL_INVALID")
        const key = yield* Effect.flip(
          org.upsert("Account", { field: "External_Id__c", value: ".." }, { Name: "x" })
        )
        assert.strictEqual(key.code, "ORG_CALL_INVALID")
        const id = yield* Effect.flip(org.delete("Account", "x?_HttpMethod=PATCH"))
        assert.strictEqual(id.code, "ORG_CALL_INVALID")
      })
    )

    it.effect("a write that is refused is logged with the reason, for the owner's eyes alone", () =>
      Effect.gen(function* () {
        const { org, stateFolder } = yield* Emulator
        yield* Effect.flip(org.create("Contact", { FirstName: "No last name" }))
        const [sent, refused] = logOf(stateFolder).slice(-2)
        assert.deepStrictEqual([sent?.phase, refused?.phase], ["sent", "refused"])
        assert.strictEqual(sent?.write, refused?.write)
        assert.strictEqual((refused?.error as { code?: string } | undefined)?.code, "API_ROW_REFUSED")
        assert.strictEqual(statSync(join(stateFolder, "writes.jsonl")).mode & 0o777, 0o600)
      })
    )

    it.effect("whatever may write is logged, a GET of Apex REST too, and what only reads is not", () =>
      Effect.gen(function* () {
        const { org, stateFolder } = yield* Emulator
        const count = logOf(stateFolder).length
        yield* org.rest({ method: "GET", path: "/services/data/v67.0/limits" })
        assert.lengthOf(logOf(stateFolder), count)
        yield* Effect.exit(org.rest({ method: "GET", path: "/services/apexrest/Invoices/close" }))
        assert.deepInclude(logOf(stateFolder)[count], {
          phase: "sent",
          operation: "GET /services/apexrest/Invoices/close"
        })
      })
    )

    it.effect("no redirect is followed with the token", () =>
      Effect.gen(function* () {
        const { org, url, fault, forget, requests } = yield* Emulator
        yield* forget
        const elsewhere = { status: 302, body: "", headers: { location: `${url}/services/data` } }
        yield* fault({ method: "GET", path: "/limits" }, elsewhere)
        const error = yield* Effect.flip(org.rest({ method: "GET", path: "/services/data/v67.0/limits" }))
        assert.strictEqual(error.code, "ORG_REDIRECTED")
        assert.deepStrictEqual(
          (yield* requests).map(({ path }) => path),
          ["/services/data/v67.0/limits"]
        )
      })
    )

    it.effect("an expired token is renewed; a write whose answer never came is not sent again", () =>
      Effect.gen(function* () {
        const { org, control, fault, forget, requests } = yield* Emulator
        yield* control("POST", "tokens", { expire: true })
        assert.isAbove((yield* org.objects).length, 10)
        yield* forget
        yield* fault({ method: "POST", path: "/sobjects/Account" }, { resetAfterBytes: 0 })
        const lost = yield* Effect.flip(org.create("Account", { Name: "Lost answer" }))
        assert.strictEqual(lost.code, "WRITE_UNCERTAIN")
        const posts = (yield* requests).filter(({ method }) => method === "POST")
        assert.strictEqual(posts.length, 1)
        yield* fault({ method: "GET", path: "/sobjects" }, { resetAfterBytes: 0 })
        assert.isAbove((yield* org.objects).length, 10)
      })
    )

    it.effect("calls end at the org's share of the spec's API budget", () =>
      Effect.gen(function* () {
        const { open, control, source } = yield* Emulator
        yield* control("POST", "limits", { dailyApiRequests: { max: 1000, used: 950 } })
        const thrifty = yield* open({ source: { ...source, apiBudget: 0.25 } })
        yield* thrifty.objects
        const spent = yield* Effect.flip(thrifty.objects)
        yield* control("POST", "limits", { dailyApiRequests: { max: 100_000, used: 0 } })
        assert.strictEqual(spent.code, "ORG_BUDGET_SPENT")
        assert.strictEqual(spent.disposition, "budget")
      })
    )

    it.effect("a Bulk query is the CSV of all its pages with one header", () =>
      Effect.gen(function* () {
        const { org, control, truth, requests } = yield* Emulator
        yield* control("POST", "switches", { bulkPageRows: 150 })
        const all = (yield* truth("Contact")).filter((row) => row.IsDeleted === false)
        const { rows, csv } = yield* org.bulkQuery("SELECT Id FROM Contact")
        const text = yield* Stream.mkString(Stream.decodeText(csv))
        const lines = text.trimEnd().split("\n")
        assert.strictEqual(rows, all.length)
        assert.deepInclude((yield* requests).at(-1), { method: "DELETE" })
        assert.strictEqual(lines[0], '"Id"')
        assert.deepStrictEqual(lines.slice(1).sort(), all.map(({ Id }) => `"${Id}"`).sort())
      })
    )
  })
})
