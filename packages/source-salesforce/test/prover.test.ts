/** What the source brings to the proof of a copy: every row once, a sample spread over them, and why rows are not there. */
import type { ActualPart, Prover, Source } from "@decant/connector"
import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { openSalesforce } from "../src/salesforce-source.ts"
import { tuning } from "../src/tuning.ts"
import { Emulator, type Org } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { newTable, planOf, rowsOf, sync } from "./table.ts"

/** Small enough that the demo's 2,020 contacts are a big table of several ranges. */
const sizes = { ...tuning, allValuesUpTo: 100, stampsPerRange: 600, valuesPerRange: 600, mostRowsByRest: 300 }

const proverOf = (source: Source): Prover => {
  assert.isDefined(source.prover)
  return source.prover as Prover
}

const prepared = Effect.fnUntraced(function* (org: Org, streams: string, stream: string) {
  const spool = yield* spoolFolder
  const source = yield* openSalesforce({ spec: yield* org.spec(streams), folder: spool }, sizes)
  const table = newTable()
  yield* sync(source, stream, table, spool)
  const plan = yield* planOf(source, stream, table)
  const stored = { ...(table.checkpoint ?? plan.checkpoint), rows: table.rows.size }
  const context = { spool, report: () => Effect.void }
  return { source, prover: proverOf(source), plan, stored, context, table }
})

const isIn = (id: string, { segment }: ActualPart): boolean => {
  const { from = null, to = null } = segment.covers.ids ?? {}
  return (from === null || id >= from) && (to === null || id < to)
}

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "the proof of a copy",
  (it) => {
    it.effect("has every Id once, in ranges that do not overlap, and all values of a sample", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const { prover, plan, stored, context } = yield* prepared(org, "[{ object: Contact }]", "Contact")
        const proof = yield* prover.plan(plan, stored, 100)
        assert.deepInclude(proof, { coverage: "stamps and sample", values: 100, rows: 2020, obstacle: null })
        const before = (yield* org.requests).length
        const parts = yield* Stream.runCollect(prover.rows(proof, context))
        const calls = (yield* org.requests).length - before
        assert.isAtMost(calls, 4 * (proof.apiCalls + 2))
        const truth = yield* org.truth("Contact")

        const ranges = parts.filter(({ keys }) => keys === null)
        assert.isAbove(ranges.length, 2)
        const found: Array<string> = []
        for (const range of ranges) {
          assert.deepStrictEqual(range.segment.header, ["Id", "SystemModstamp", "IsDeleted"])
          for (const { Id = "" } of rowsOf(range.segment)) {
            assert.isTrue(isIn(Id, range))
            found.push(Id)
          }
        }
        assert.deepStrictEqual(found.sort(), [...truth.keys()].sort())

        const sampled = parts.flatMap(({ keys }) => keys ?? [])
        assert.strictEqual(new Set(sampled).size, sampled.length)
        assert.isAtLeast(sampled.length, 100)
        assert.isAtMost(sampled.length, 200)
        const positions = sampled.map((id) => found.indexOf(id)).sort((a, b) => a - b)
        const gaps = positions.map((at, index) => at - (positions[index - 1] ?? 0))
        assert.isBelow(Math.max(...gaps), 2020 / 10)
        const rows = parts.filter(({ keys }) => keys !== null).flatMap(({ segment }) => rowsOf(segment))
        for (const row of rows) assert.strictEqual(row.LastName, truth.get(row.Id ?? "")?.LastName)
        assert.strictEqual(rows.length, sampled.length)
      })
    )

    it.effect("has all values of all rows where that is asked for", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const { prover, plan, stored, context } = yield* prepared(org, "[{ object: Contact }]", "Contact")
        const proof = yield* prover.plan(plan, stored, "all")
        assert.deepInclude(proof, { coverage: "all values", values: 2020 })
        const parts = yield* Stream.runCollect(prover.rows(proof, context))
        assert.isAbove(parts.length, 2)
        assert.isTrue(parts.every(({ keys }) => keys === null))
        const ids = parts.flatMap(({ segment }) => rowsOf(segment)).map(({ Id }) => Id)
        assert.deepStrictEqual(ids.sort(), [...(yield* org.truth("Contact")).keys()].sort())
      })
    )

    it.effect("says of single rows why they are not there", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const streams = '[{ object: Opportunity, where: "Amount > 50000" }]'
        const { prover, plan, stored, context } = yield* prepared(org, streams, "Opportunity")
        const proof = yield* prover.plan(plan, stored, "all")
        const live = [...(yield* org.truth("Opportunity")).values()].filter((row) => row.IsDeleted === false)
        const big = live.filter((row) => Number(row.Amount ?? 0) > 50_000)
        const small = live.find((row) => Number(row.Amount ?? 0) < 50_000)
        const [kept, gone, binned] = big.map((row) => String(row.Id))
        yield* org.records("Opportunity", { hardDelete: [gone], delete: [binned] })
        const alien = "not an Id at all"
        const unknown = "006Dn00000ZZZZZIAW"
        const ids = [kept, gone, binned, String(small?.Id), alien, unknown].map(String)
        const actual = yield* prover.rowsOf(proof, ids, stored, context)
        const found = rowsOf(actual.segment)
        assert.deepStrictEqual(
          found.map(({ Id, IsDeleted }) => [Id, IsDeleted]).sort(),
          [
            [kept, "false"],
            [binned, "true"]
          ].sort()
        )
        assert.deepInclude(actual.absent.get(String(gone)), { kind: "deleted", pending: true })
        assert.strictEqual(actual.absent.get(String(small?.Id))?.kind, "filtered")
        assert.deepStrictEqual(actual.absent.get(alien), { kind: "gone" })
        assert.deepStrictEqual(actual.absent.get(unknown), { kind: "gone" })
        assert.isTrue(actual.deletedSince.has(String(binned)))
      })
    )

    it.effect("knows streams that cannot be compared, and why", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const { prover, plan, stored } = yield* prepared(org, "[{ object: User }]", "User")
        const obstacle = (changes: Partial<typeof stored>) =>
          Effect.map(prover.plan(plan, { ...stored, ...changes }, "all"), (proof) => proof.obstacle)
        assert.isNull(yield* obstacle({}))
        assert.match(String(yield* obstacle({ phase: "backfill" })), /not finished/)
        assert.match(String(yield* obstacle({ cursorField: "CreatedDate" })), /cursor/)
        const other = stored.schemaFingerprint?.replace(/^where=\w+/, "where=00000000") ?? null
        assert.match(String(yield* obstacle({ schemaFingerprint: other })), /filter/)
      })
    )

    it.effect("counts live rows, and those that changed since the cut", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const { prover, plan, stored } = yield* prepared(org, "[{ object: Contact }]", "Contact")
        const proof = yield* prover.plan(plan, stored, "all")
        const live = [...(yield* org.truth("Contact")).values()].filter((row) => row.IsDeleted === false)
        yield* org.control("POST", "clock", { advanceSeconds: 60 })
        yield* org.records("Contact", { update: live.slice(0, 3).map(({ Id }) => ({ Id, Title: "new" })) })
        assert.deepStrictEqual(yield* prover.counts(proof, stored.cursor), { live: live.length, moved: 3 })
      })
    )

    it.effect("does not take what its user cannot see for gone", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        yield* org.control("POST", "schema/Contact", { sharing: "private" })
        const [access] = (yield* org.truth("UserPermissionAccess")).keys()
        const taken = { PermissionsViewAllData: false, PermissionsModifyAllData: false }
        yield* org.records("UserPermissionAccess", { update: [{ Id: access, ...taken }] })
        const rows = [...(yield* org.truth("Contact")).values()].filter((row) => row.IsDeleted === false)
        yield* org.records("Contact", { share: rows.map(({ Id }) => Id) })
        const { prover, plan, stored, context } = yield* prepared(org, "[{ object: Contact }]", "Contact")
        const proof = yield* prover.plan(plan, stored, "all")
        const [first, second] = rows.map(({ Id }) => String(Id))
        const ask = prover.rowsOf(proof, [String(first), String(second)], stored, context)
        assert.strictEqual((yield* ask).absent.size, 0)
        yield* org.records("Contact", { unshare: [first] })
        const hidden = yield* ask
        assert.deepStrictEqual([...hidden.absent], [[first, { kind: "hidden" }]])
        assert.lengthOf(rowsOf(hidden.segment), 1)
      })
    )
  }
)
