/** All Ids are compared both ways, on schedule and when the user may see something else than before. */
import { assert, layer, vi } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { Emulator, type Org } from "./emulator.ts"
import { addContacts } from "./small-org.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, planOf, pour, rowsOf, sync, type Table } from "./table.ts"

vi.setConfig({ testTimeout: 30_000 })

const opened = (org: Org, streams: string) =>
  Effect.gen(function* () {
    return yield* salesforce.open({ spec: yield* org.spec(streams), folder: "." })
  })

type Advances = Effect.Success<ReturnType<typeof sync>>["advances"]

const told = (advances: Advances): string => advances.flatMap(({ warnings }) => warnings ?? []).join(" ")
const segmentsOf = (advances: Advances) => advances.flatMap(({ segments }) => segments)
const effects = (advances: Advances) => segmentsOf(advances).map(({ effect }) => effect)

/** Contact of a user who sees only what is shared. */
const makePrivate = Effect.fnUntraced(function* (org: Org) {
  yield* org.control("POST", "schema/Contact", { sharing: "private" })
  const [access] = (yield* org.truth("UserPermissionAccess")).keys()
  const taken = { PermissionsViewAllData: false, PermissionsModifyAllData: false }
  yield* org.records("UserPermissionAccess", { update: [{ Id: access, ...taken }] })
})

const weekLater = (org: Org) => org.control("POST", "clock", { advanceSeconds: 8 * 24 * 3600 })

/** Ids that the org shows to everybody who may see all of it. */
const idsOf = (table: Table): ReadonlyArray<string> =>
  [...table.rows].filter(([, row]) => row.IsDeleted !== "true").map(([id]) => id)

const compares = { compares: true }

/** As at the start: the tests before have moved the clock and hidden rows. */
const freshOrg = Effect.gen(function* () {
  const org = yield* Emulator
  yield* org.control("POST", "reset", {})
  yield* addContacts(org, 30)
  return org
})

/** Rows of the last days, each an hour older than the one before. */
const addHistory = Effect.fnUntraced(function* (org: Org, name: string) {
  const stamps = Array.from({ length: 20 }, (_, at) =>
    new Date(Date.now() - (24 + at) * 3_600_000).toISOString()
  )
  const [AccountId] = (yield* org.records("Account", { insert: [{ Name: "With a history" }] })).inserted ?? []
  const insert =
    name === "LoginHistory"
      ? stamps.map((LoginTime) => ({ LoginTime, Status: "Success" }))
      : stamps.map((CreatedDate) => ({ AccountId, Field: "Name", CreatedDate }))
  yield* org.records(name, { insert })
})

layer(Emulator.with("--dataset", "empty"), { excludeTestServices: true, timeout: "1 minute" })(
  "comparing all Ids",
  (it) => {
    it.effect("reads by their Ids the few rows that the copy lacks or has in another version", () =>
      Effect.gen(function* () {
        const org = yield* freshOrg
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: Contact }]")
        const table = newTable()
        yield* sync(source, "Contact", table, spool)
        const [lost = "", stale = "", gone = ""] = idsOf(table)
        yield* org.records("Contact", { hardDelete: [gone], deleteLog: false })
        yield* weekLater(org)
        // As if their transactions had been open for longer than the look-back.
        table.rows.delete(lost)
        table.rows.set(stale, {
          ...table.rows.get(stale),
          Title: "old",
          SystemModstamp: "2001-01-01T00:00:00.000Z"
        })
        yield* org.forget
        const { advances } = yield* sync(source, "Contact", table, spool, compares)
        const unmarked = differences(table, yield* org.truth("Contact")).filter(
          (line) => table.rows.get(line.split(" ")[0] ?? "")?.IsDeleted !== "true"
        )
        assert.deepStrictEqual(unmarked, [])
        assert.strictEqual(table.rows.get(gone)?.IsDeleted, "true")
        assert.include(told(advances), "2 rows of Contact were missing from the copy or of another version")
        const read = segmentsOf(advances)
          .filter(({ effect }) => effect === "upsert")
          .flatMap(rowsOf)
        assert.sameMembers(
          read.map(({ Id = "" }) => Id),
          [lost, stale]
        )
        assert.isFalse((yield* org.requests).some((line) => line.includes("/jobs/")))
        const again = yield* sync(source, "Contact", table, spool, compares)
        assert.deepStrictEqual(effects(again.advances), [])
        yield* weekLater(org)
        const quiet = yield* sync(source, "Contact", table, spool, compares)
        assert.deepStrictEqual([effects(quiet.advances), told(quiet.advances)], [[], ""])
      }).pipe(Effect.scoped)
    )

    it.effect(
      "counts rows that this user no longer sees as hidden, and marks only those that the log names",
      () =>
        Effect.gen(function* () {
          const org = yield* freshOrg
          const spool = yield* spoolFolder
          const user = { Username: "other@emulator.example", LastName: "Other" }
          const [OwnerId = ""] = (yield* org.records("User", { insert: [user] })).inserted ?? []
          yield* addContacts(org, 10, { OwnerId })
          yield* makePrivate(org)
          yield* org.records("Contact", { share: [...(yield* org.truth("Contact")).keys()] })
          const table = newTable()
          const first = yield* opened(org, "[{ object: Contact }]")
          yield* sync(first, "Contact", table, spool)
          const users = [...(yield* org.truth("User")).values()]
          const me = users.find(({ Username }) => Username === first.identity.userName)
          const truth = yield* org.truth("Contact")
          const others = idsOf(table).filter((id) => truth.get(id)?.OwnerId !== me?.Id)
          const [a = "", b = "", deleted = ""] = others
          yield* org.records("Contact", { unshare: [a, b] })
          yield* org.records("Contact", { hardDelete: [deleted] })
          yield* weekLater(org)
          const source = yield* opened(org, "[{ object: Contact }]")
          const { advances } = yield* sync(source, "Contact", table, spool, compares)
          assert.include(told(advances), "2 rows of Contact in the copy are hidden from this user")
          assert.deepStrictEqual(
            [a, b, deleted].map((id) => table.rows.get(id)?.IsDeleted),
            ["false", "false", "true"]
          )
          assert.notInclude(effects(advances), "present")
          yield* org.records("Contact", { share: [a, b] })
          yield* weekLater(org)
          assert.strictEqual(told((yield* sync(source, "Contact", table, spool, compares)).advances), "")
        }).pipe(Effect.scoped)
    )

    it.effect("is done by the next run when a crash came before its end", () =>
      Effect.gen(function* () {
        const org = yield* freshOrg
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: Contact }]")
        const table = newTable()
        yield* sync(source, "Contact", table, spool)
        const [changed = "", lost = ""] = idsOf(table)
        yield* weekLater(org)
        yield* org.records("Contact", { update: [{ Id: changed, Title: "new" }] })
        table.rows.delete(lost)
        const plan = yield* planOf(source, "Contact", table)
        assert.include(
          plan.checkpoint.work.map(({ kind }) => kind),
          "ids"
        )
        yield* pour(table, source.read(plan, { spool, report: () => Effect.void }), 1)
        assert.strictEqual(table.rows.get(changed)?.Title, "new")
        assert.isFalse(table.rows.has(lost))
        yield* sync(source, "Contact", table, spool, compares)
        assert.isTrue(table.rows.has(lost))
        assert.deepStrictEqual(table.checkpoint?.work, [])
      }).pipe(Effect.scoped)
    )

    it.effect("marks none of them either when the whole is read again", () =>
      Effect.gen(function* () {
        const org = yield* freshOrg
        const spool = yield* spoolFolder
        const wins = "SELECT Id, LastName FROM Contact"
        const streams = `[{ object: Contact }, { name: people, soql: "${wins}" }]`
        const tables = { Contact: newTable(), people: newTable() }
        const first = yield* opened(org, streams)
        for (const name of ["Contact", "people"] as const) yield* sync(first, name, tables[name], spool)
        const seeing = yield* planOf(first, "Contact", tables.Contact, true)
        assert.isUndefined(seeing.schema.deletes.absent)
        yield* makePrivate(org)
        const source = yield* opened(org, streams)
        for (const name of ["Contact", "people"] as const) {
          const plan = yield* planOf(source, name, tables[name], name === "Contact")
          assert.strictEqual(plan.mode, "full")
          assert.strictEqual(plan.schema.deletes.absent, "keep")
          assert.match(
            plan.warnings.join(),
            /may not see every record of Contact: rows of \w+ that are not found/
          )
        }
      }).pipe(Effect.scoped)
    )

    it.effect("is left out for histories and logins, whose old rows leave because their time is over", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const source = yield* opened(org, "[{ object: LoginHistory }, { object: AccountHistory }]")
        for (const name of ["LoginHistory", "AccountHistory"]) {
          yield* freshOrg
          yield* addHistory(org, name)
          const table = newTable()
          yield* sync(source, name, table, spool)
          const held = idsOf(table).length
          assert.isAbove(held, 0)
          assert.strictEqual(
            table.checkpoint?.cursorField,
            name === "LoginHistory" ? "LoginTime" : "CreatedDate"
          )
          // Longer than Salesforce keeps either of them.
          yield* org.control("POST", "clock", { advanceSeconds: 3 * 366 * 24 * 3600 })
          const { advances } = yield* sync(source, name, table, spool, compares)
          assert.isBelow((yield* org.truth(name)).size, held)
          assert.deepStrictEqual([told(advances), idsOf(table).length], ["", held])
          assert.notInclude(effects(advances), "present")
          assert.strictEqual((yield* planOf(source, name, table, true)).schema.deletes.absent, "keep")
        }
      }).pipe(Effect.scoped)
    )
  }
)
