/**
 * Several writers of one first load in Postgres: they copy at once, and one that froze keeps nobody from going on and
 * leaves nothing behind. A frozen writer is one whose bytes a proxy holds back.
 */
import type { Commit, Segment } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { account, type Cells, commitAfter, second, segment } from "./account.ts"
import { partsContract } from "./contract/parts.ts"
import { cutIntoParts, partWork } from "./part-commits.ts"
import { plainHeader, plainSchema } from "./plain-account.ts"
import { postgresProxy } from "./postgres-proxy.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)
const schema = plainSchema()

const a = "001A"
const b = "001B"

const begin = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(subject, at)
  const proxy = yield* postgresProxy(new URL(server.urlOf(at)))
  const behindProxy = { destination: { url: Redacted.make(proxy.urlOf(server.urlOf(at))) } }
  const held = yield* open(subject, at, behindProxy)
  yield* destination.commit(cutIntoParts([a, b], { schema }))
  const admin = (sql: string) => Effect.promise(() => server.admin(at, sql))
  const page = (work: string, ids: ReadonlyArray<string>, name = "first"): Segment =>
    segment(at, { work, header: plainHeader, rows: ids.map((id) => account(id, 1, { Name: name })) })
  const conclude = Effect.gen(function* () {
    const stored = (yield* destination.checkpoints).streams.Account
    assert.deepStrictEqual(stored?.work, [])
    return yield* destination.commit(commitAfter(stored?.version ?? 0, { schema, everything: true }))
  })
  const rows = rowsOf(destination, `SELECT "Id", "Name", _decant_as_of IS NULL FROM "Account" ORDER BY 1`)
  return { at, destination, proxy, held, admin, page, conclude, rows }
})

const part = (id: string, segments: ReadonlyArray<Segment>): Commit => ({
  ...commitAfter(1, { schema, phase: "backfill", everything: true, segments }),
  part: { from: [partWork(id)], to: [] }
})

const copies = (_said: string, text: string): boolean => /COPY .*_decant_Account_g1/.test(text)
const commitsAll = (said: string, text: string): boolean =>
  said.includes("pg_advisory_xact_lock") && text.includes("COMMIT")

const firstOf = (id: string) => [`${id}1`, "first", false]
const [firstA, firstB] = [firstOf(a), firstOf(b)]

partsContract(subject)

describe("Postgres: writers of one first load", () => {
  it.live("copy at once: one goes to its end while another is in the middle of a file", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, admin, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const slow = yield* Effect.forkChild(held.commit(part(a, [page(a, ["001A1"])])))
      yield* copying.there
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      const loads = `SELECT count(*)::integer AS loads FROM _decant.loads WHERE committed`
      assert.deepStrictEqual(yield* admin(loads), [{ loads: 1 }])
      yield* copying.goOn
      yield* Fiber.join(slow)
      assert.strictEqual((yield* conclude).rows, 2)
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
    })
  )

  it.live("do not wait for one that froze over the same page, and publish without it", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, admin, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const same = part(a, [page(a, ["001A1"])])
      const frozen = yield* Effect.forkChild(held.commit(same))
      yield* copying.there
      yield* destination.commit(same)
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      assert.strictEqual((yield* conclude).rows, 2)
      yield* copying.goOn
      assert.strictEqual((yield* Fiber.join(frozen)).inserted, 0)
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
      assert.deepStrictEqual(yield* admin(`SELECT * FROM _decant.loads`), [])
    })
  )

  it.live("leave out what one that froze copies for a part that is in, and tell it so", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const late = part(a, [page(a, ["001A1", "001A2"], "late")])
      const frozen = yield* Effect.forkChild(codeOf(held.commit(late)))
      yield* copying.there
      yield* destination.commit(part(a, [page(a, ["001A1"])]))
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      yield* conclude
      yield* copying.goOn
      assert.strictEqual(yield* Fiber.join(frozen), "WRITER_CONFLICT")
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
    })
  )

  it.live("leave it out too when it was copied to its end before the table is published", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, admin, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const late = part(a, [page(a, ["001A1", "001A2"], "late")])
      const frozen = yield* Effect.forkChild(codeOf(held.commit(late)))
      yield* copying.there
      yield* destination.commit(part(a, [page(a, ["001A1"])]))
      yield* copying.goOn
      assert.strictEqual(yield* Fiber.join(frozen), "WRITER_CONFLICT")
      const left = `SELECT count(*)::integer AS rows FROM salesforce."_decant_Account_g1"`
      assert.deepStrictEqual(yield* admin(left), [{ rows: 3 }])
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      assert.strictEqual((yield* conclude).rows, 2)
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
    })
  )

  it.live("go on by merging where the table was settled in the middle of their file", () =>
    Effect.gen(function* () {
      const { at, destination, proxy, held, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const slow = yield* Effect.forkChild(held.commit(part(a, [page(a, ["001A1", "001A2"])])))
      yield* copying.there
      const gone = segment(at, {
        asOf: 9,
        effect: "delete",
        header: ["Id", "SystemModstamp"],
        rows: [{ Id: "001A2", SystemModstamp: second(8) }]
      })
      const work = [a, b].map((id) => partWork(id))
      yield* destination.commit(
        commitAfter(1, { schema, phase: "backfill", segments: [gone], checkpoint: { work } })
      )
      yield* copying.goOn
      yield* Fiber.join(slow)
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      yield* conclude
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
    })
  )

  it.live("give the table a new column although one froze in the middle of a file", () =>
    Effect.gen(function* () {
      const { at, destination, proxy, held, page, conclude, rows } = yield* begin
      const copying = proxy.hold(copies)
      const slow = yield* Effect.forkChild(held.commit(part(a, [page(a, ["001A1"])])))
      yield* copying.there
      const column = {
        name: "Region__c",
        label: "Region",
        type: { kind: "text" },
        from: { header: "Region__c" }
      } as const
      const wide = plainSchema({ columns: [...schema.columns, column] })
      const rowsOfB = [account("001B1", 1, { Name: "first", Region__c: "EMEA" })]
      const read = segment(at, { work: b, header: [...plainHeader, "Region__c"], rows: rowsOfB })
      yield* destination.commit({ ...part(b, [read]), schema: wide })
      yield* copying.goOn
      yield* Fiber.join(slow)
      yield* conclude
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
      const regions = `SELECT "Region__c" FROM "Account" ORDER BY "Id"`
      assert.deepStrictEqual(yield* rowsOf(destination, regions), [[null], ["EMEA"]])
    })
  )

  it.live("find out that a part is in when the connection went with its COMMIT", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, page, conclude, rows } = yield* begin
      const lost = proxy.cut(commitsAll)
      yield* held.commit(part(a, [page(a, ["001A1"])]))
      yield* lost.there
      assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 2)
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      yield* conclude
      assert.deepStrictEqual(yield* rows, [firstA, firstB])
    })
  )

  it.live("are not kept from discarding the generation, and nothing of it comes back", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, admin, page } = yield* begin
      const copying = proxy.hold(copies)
      const frozen = yield* Effect.forkChild(codeOf(held.commit(part(a, [page(a, ["001A1"])]))))
      yield* copying.there
      yield* destination.discard("Account", 1)
      yield* copying.goOn
      assert.strictEqual(yield* Fiber.join(frozen), "TARGET_CHANGED")
      assert.deepStrictEqual(yield* admin(`SELECT * FROM _decant.loads`), [])
    })
  )

  it.live("mask, count NUL bytes and keep older versions as one writer does", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const schema = plainSchema({
        history: true,
        columns: plainSchema().columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
      })
      const notices: Array<string> = []
      const notice = (text: string) => Effect.sync(() => void notices.push(text))
      const options = { notice, maskKeys: { pii: Redacted.make("Jefe") } }
      const writers = [yield* open(subject, at, options), yield* open(subject, at, options)] as const
      yield* writers[0].commit(cutIntoParts([a, b], { schema }))
      const page = (work: string, asOf: number, row: Cells) =>
        segment(at, { work, asOf, header: plainHeader, rows: [row] })
      const secret = { Name: "what do ya want for nothing?" }
      const city = { BillingCity: "Par\u0000i\u0000s" }
      const parts = [
        [page(a, 5, account("001A", 6, { ...secret, ...city })), page(a, 5, account("001C", 1, secret))],
        [page(b, 9, account("001A", 7, { ...secret, BillingCity: "Rome" }))]
      ].map((segments, index) => ({ ...part(index === 0 ? a : b, segments), schema }))
      yield* Effect.forEach(parts, (one, index) => writers[index === 0 ? 1 : 0].commit(one), {
        concurrency: 2
      })
      yield* writers[0].commit(commitAfter(3, { schema, everything: true }))
      const versions = `SELECT "Id", left("Name", 8), "BillingCity", valid_from, is_current FROM "Account_history" ORDER BY 1, 4`
      assert.deepStrictEqual(yield* rowsOf(writers[1], versions), [
        ["001A", "5bdcc146", "Paris", second(6), false],
        ["001A", "5bdcc146", "Rome", second(7), true],
        ["001C", "5bdcc146", null, second(1), true]
      ])
      assert.deepStrictEqual(
        notices.filter((text) => text.includes("NUL")),
        ["Account: 2 NUL bytes were removed from texts, since Postgres cannot store them"]
      )
    })
  )

  it.live("keep nothing of a record that is erased while one is in the middle of a file", () =>
    Effect.gen(function* () {
      const { destination, proxy, held, admin, page, conclude, rows } = yield* begin
      yield* destination.commit(part(a, [page(a, ["001A1", "001A2"])]))
      yield* destination.commit(part(b, [page(b, ["001B1"])]))
      yield* conclude
      const later = { schema, phase: "full", generation: 2 } as const
      yield* destination.commit(cutIntoParts([a], later, 4))
      const again = { ...page(a, ["001A1", "001A2"]), generation: 2 }
      const copying = proxy.hold((_said, text) => /COPY .*_decant_Account_g2/.test(text))
      const slow = yield* Effect.forkChild(
        held.commit({ ...part(a, []), ...commitAfter(5, { ...later, segments: [again] }) })
      )
      yield* copying.there
      const erasing = yield* Effect.forkChild(destination.erase("Account", "001A2"))
      const waits = `SELECT count(*)::integer AS waiting FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
        WHERE c.relname = '_decant_Account_g2' AND NOT l.granted`
      yield* Effect.repeat(admin(waits), { until: ([row]) => row?.waiting === 1 })
      yield* copying.goOn
      yield* Fiber.join(slow)
      assert.include(
        (yield* Fiber.join(erasing)).removed.map(({ place }) => place),
        "salesforce._decant_Account_g2"
      )
      yield* destination.commit(commitAfter(6, { ...later, publish: true }))
      assert.deepStrictEqual(
        (yield* rows).map(([id]) => id),
        ["001A1", "001B1"]
      )
    })
  )
})
