/**
 * What every destination must do, whatever it stores in: run by one test file per destination. Rows are looked
 * at through the destination's own read-only query.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { codeOf, folder, open, rowsOf, type Subject } from "./subject.ts"

const none = { inserted: 0, updated: 0, deleted: 0, unchanged: 0 }
const counts = (result: { inserted: number; updated: number; deleted: number; unchanged: number }) => ({
  inserted: result.inserted,
  updated: result.updated,
  deleted: result.deleted,
  unchanged: result.unchanged
})

const names = `SELECT "Id", "Name" FROM "Account" ORDER BY "Id"`

export const destinationContract = (subject: Subject): void => {
  const opened = Effect.gen(function* () {
    const at = yield* folder
    return { at, destination: yield* open(subject, at) }
  })

  describe(`${subject.name}: one commit`, () => {
    it.live("holds no checkpoint before the first commit, and makes nothing to say so", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        assert.deepStrictEqual(yield* destination.checkpoints, { orgId: null, streams: {} })
        yield* destination.check
        assert.deepStrictEqual(yield* destination.checkpoints, { orgId: null, streams: {} })
      })
    )

    it.live("makes rows and the checkpoint that covers them visible together", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const commit = commitAfter(0, {
          everything: true,
          segments: [
            segment(at, { rows: [account("001A", 1), account("001B", 1)] }),
            segment(at, { rows: [account("001C", 1)], gzip: false })
          ]
        })
        const result = yield* destination.commit(commit)
        assert.deepStrictEqual(counts(result), { ...none, inserted: 3 })
        assert.deepStrictEqual(
          result.schemaChanges.map((change) => change.kind),
          ["table-created"]
        )
        const stored = yield* destination.checkpoints
        assert.strictEqual(stored.orgId, "00D000000000001AAA")
        assert.deepStrictEqual(stored.streams, { Account: { ...commit.checkpoint, rows: 3 } })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "Account 001A"],
          ["001B", "Account 001B"],
          ["001C", "Account 001C"]
        ])
      })
    )

    it.live("changes nothing when the same commit comes twice", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const commit = commitAfter(0, {
          everything: true,
          segments: [segment(at, { rows: [account("001A", 1)] })]
        })
        yield* destination.commit(commit)
        assert.deepStrictEqual(yield* destination.commit(commit), { ...none, rows: 1, schemaChanges: [] })
        assert.deepStrictEqual((yield* destination.checkpoints).streams, {
          Account: { ...commit.checkpoint, rows: 1 }
        })
        assert.strictEqual((yield* rowsOf(destination, names)).length, 1)
      })
    )

    it.live("skips a segment that an earlier commit holds", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const first = segment(at, { rows: [account("001A", 1)] })
        const second = segment(at, { rows: [account("001B", 1)] })
        yield* destination.commit(commitAfter(0, { everything: true, segments: [first] }))
        const result = yield* destination.commit(
          commitAfter(1, { everything: true, segments: [first, second] })
        )
        assert.deepStrictEqual(counts(result), { ...none, inserted: 1 })
      })
    )

    it.live("stores a checkpoint that comes without segments, and makes the empty table", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        yield* destination.commit(commitAfter(0, { everything: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, names), [])
        assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      })
    )

    it.live("takes an empty segment: a header and no rows", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const result = yield* destination.commit(
          commitAfter(0, { everything: true, segments: [segment(at, { rows: [] })] })
        )
        assert.deepStrictEqual(counts(result), none)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [])
      })
    )

    it.live("serialises two streams that commit at once", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const contact = withSchema({ stream: "Contact", table: "Contact", views: [] })
        const results = yield* Effect.all(
          [
            destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] })),
            destination.commit(
              commitAfter(0, {
                schema: contact,
                segments: [segment(at, { stream: "Contact", rows: [account("003A", 1)] })]
              })
            )
          ],
          { concurrency: 2 }
        )
        assert.deepStrictEqual(
          results.map((result) => result.inserted),
          [1, 1]
        )
        assert.deepStrictEqual(Object.keys((yield* destination.checkpoints).streams).sort(), [
          "Account",
          "Contact"
        ])
      })
    )

    it.live("aborts the late one of two writers whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const other = yield* open(subject, at)
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const late = commitAfter(0, { segments: [segment(at, { rows: [account("001B", 1)] })] })
        assert.strictEqual(yield* codeOf(other.commit(late)), "WRITER_CONFLICT")
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "Account 001A"]])
      })
    )

    it.live("refuses another org", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const other = yield* open(subject, at, { orgId: "00D000000000002AAA" })
        assert.strictEqual(yield* codeOf(other.check), "DESTINATION_OTHER_ORG")
        assert.strictEqual(yield* codeOf(other.checkpoints), "DESTINATION_OTHER_ORG")
        const commit = commitAfter(1, { segments: [segment(at, { rows: [account("001B", 1)] })] })
        assert.strictEqual(yield* codeOf(other.commit(commit)), "DESTINATION_OTHER_ORG")
        const reader = yield* open(subject, at, { orgId: null })
        assert.strictEqual((yield* reader.checkpoints).orgId, "00D000000000001AAA")
      })
    )

    it.live("keeps the tables of an org that is read no more out of the way of the next", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const first = commitAfter(0, {
          everything: true,
          segments: [segment(at, { rows: [account("001A", 1)] })]
        })
        yield* destination.commit(first)
        const reader = yield* open(subject, at, { orgId: null })
        if (subject.keepsNothingAside !== undefined) {
          assert.strictEqual(yield* codeOf(reader.setAside), subject.keepsNothingAside)
          assert.deepStrictEqual(yield* rowsOf(reader, names), [["001A", "Account 001A"]])
          return
        }
        const kept = yield* reader.setAside
        assert.lengthOf(kept, 1)
        assert.match(kept[0] ?? "", /00D000000000001AAA/i)
        assert.deepStrictEqual(yield* reader.setAside, [])
        const next = yield* open(subject, at, { orgId: "00D000000000002AAA" })
        assert.deepStrictEqual(yield* next.checkpoints, { orgId: null, streams: {} })
        yield* next.commit(
          commitAfter(0, { everything: true, segments: [segment(at, { rows: [account("001B", 1)] })] })
        )
        assert.deepStrictEqual(yield* rowsOf(next, names), [["001B", "Account 001B"]])
        assert.deepStrictEqual(yield* rowsOf(next, `SELECT "Id" FROM account_live`), [["001B"]])
        assert.strictEqual((yield* next.checkpoints).orgId, "00D000000000002AAA")
        // And back again.
        yield* reader.setAside
        const back = yield* open(subject, at)
        yield* back.commit(first)
        assert.deepStrictEqual(yield* rowsOf(back, names), [["001A", "Account 001A"]])
      })
    )
  })

  describe(`${subject.name}: a first load of several commits`, () => {
    const page = (at: string, id: string) => segment(at, { work: "job", rows: [account(id, 1)] })

    it.live("shows only what is committed, and everything once it is whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const seen = Effect.map(
          Effect.option(rowsOf(destination, names)),
          Option.match({ onNone: () => [], onSome: (rows) => rows.map(([id]) => id) })
        )
        const ids = ["001A", "001B", "001C"]
        let inserted = 0
        yield* destination.commit(commitAfter(0, { phase: "backfill" }))
        for (const [version, id] of ids.entries()) {
          const last = version === ids.length - 1
          const result = yield* destination.commit(
            commitAfter(version + 1, {
              segments: [page(at, id)],
              everything: true,
              phase: last ? "incremental" : "backfill"
            })
          )
          inserted += result.inserted
          const rows = yield* seen
          assert.deepStrictEqual(rows, ids.slice(0, rows.length))
          assert.isAtMost(rows.length, version + 1)
          assert.strictEqual(result.rows, rows.length)
        }
        assert.deepStrictEqual(yield* seen, ids)
        assert.strictEqual(inserted, 3)
      })
    )

    it.live(
      "takes a page once that comes again after a crash, and forgets pages that no commit covered",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const [first, again] = [page(at, "001A"), page(at, "001B")]
          yield* destination.commit(
            commitAfter(0, { phase: "backfill", segments: [first], everything: true })
          )
          const bad = segment(at, { work: "job", rows: [account("001X", 1)], said: 5 })
          const failing = commitAfter(1, { phase: "backfill", segments: [again, bad], everything: true })
          assert.strictEqual(yield* codeOf(destination.commit(failing)), "SEGMENT_SHORT")
          const lost = commitAfter(1, {
            phase: "backfill",
            segments: [page(at, "001Y"), { ...bad, id: "other" }],
            everything: true
          })
          assert.strictEqual(yield* codeOf(destination.commit(lost)), "SEGMENT_SHORT")
          const result = yield* destination.commit(
            commitAfter(1, { segments: [first, again], everything: true })
          )
          assert.strictEqual(result.rows, 2)
          assert.deepStrictEqual(
            (yield* rowsOf(destination, names)).map(([id]) => id),
            ["001A", "001B"]
          )
        })
    )

    it.live("applies deletions and later versions that come before it is whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = ["001A", "001B", "001C"].map((id) => account(id, 1))
        yield* destination.commit(
          commitAfter(0, {
            phase: "backfill",
            everything: true,
            segments: [segment(at, { asOf: 1, rows })]
          })
        )
        const gone = segment(at, {
          asOf: 3,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: [{ Id: "001B", SystemModstamp: second(2) }]
        })
        const renamed = segment(at, { asOf: 4, rows: [account("001C", 4, { Name: "renamed" })] })
        yield* destination.commit(commitAfter(1, { phase: "backfill", segments: [gone, renamed] }))
        yield* destination.commit(commitAfter(2, { segments: [segment(at, { asOf: 5, rows: [] })] }))
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "Account 001A", false],
            ["001B", "Account 001B", true],
            ["001C", "renamed", false]
          ]
        )
      })
    )
  })

  describe(`${subject.name}: which of two versions of a row stays`, () => {
    it.live("never replaces a newer version by an older one", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(
          commitAfter(0, {
            segments: [segment(at, { asOf: 20, rows: [account("001A", 9, { Name: "new" })] })]
          })
        )
        const result = yield* destination.commit(
          commitAfter(1, {
            segments: [segment(at, { asOf: 30, rows: [account("001A", 8, { Name: "old" })] })]
          })
        )
        assert.deepStrictEqual(counts(result), { ...none, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "new"]])
      })
    )

    it.live("gives equal stamps to the later read", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (asOf: number, name: string) =>
          segment(at, { asOf, rows: [account("001A", 5, { Name: name })] })
        yield* destination.commit(commitAfter(0, { segments: [read(10, "first")] }))
        const later = yield* destination.commit(commitAfter(1, { segments: [read(11, "second")] }))
        assert.deepStrictEqual(counts(later), { ...none, updated: 1 })
        const earlier = yield* destination.commit(commitAfter(2, { segments: [read(9, "third")] }))
        assert.deepStrictEqual(counts(earlier), { ...none, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", "second"]])
      })
    )

    it.live("counts rows that are read again and are the same as unchanged", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const cells = { Interests__c: "a;b", BillingCity: "Paris", AnnualRevenue: "1.5" }
        const read = (asOf: number) => segment(at, { asOf, rows: [account("001A", 5, cells)] })
        yield* destination.commit(commitAfter(0, { segments: [read(10)] }))
        const again = yield* destination.commit(commitAfter(1, { segments: [read(20)] }))
        assert.deepStrictEqual(counts(again), { ...none, unchanged: 1 })
      })
    )

    it.live("reduces several versions of a row in one commit to the newest", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const result = yield* destination.commit(
          commitAfter(0, {
            everything: true,
            segments: [
              segment(at, { asOf: 10, rows: [account("001A", 7, { Name: "newest" }), account("001B", 1)] }),
              segment(at, { asOf: 20, rows: [account("001A", 6, { Name: "older" })] })
            ]
          })
        )
        assert.deepStrictEqual(counts(result), { ...none, inserted: 2, unchanged: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, names), [
          ["001A", "newest"],
          ["001B", "Account 001B"]
        ])
      })
    )

    it.live("fails when one job holds two different rows for one key, and takes the same row twice", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const twice = (second: string) =>
          commitAfter(0, {
            everything: true,
            segments: [
              segment(at, { work: "job", rows: [account("001A", 1, { Name: "one" })] }),
              segment(at, { work: "job", rows: [account("001A", 1, { Name: second })] })
            ]
          })
        assert.strictEqual(yield* codeOf(destination.commit(twice("two"))), "NON_UNIQUE_KEY")
        assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
        assert.strictEqual((yield* destination.commit(twice("one"))).inserted, 1)
      })
    )

    it.live("leaves columns alone that a segment does not have", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const whole = segment(at, { asOf: 1, rows: [account("001A", 1, { AnnualRevenue: "5" })] })
        yield* destination.commit(commitAfter(0, { segments: [whole] }))
        const narrow = header.filter((name) => name !== "AnnualRevenue")
        const rows = [account("001A", 2, { Name: "renamed" }), account("001B", 2)]
        const result = yield* destination.commit(
          commitAfter(1, { segments: [segment(at, { asOf: 2, header: narrow, rows })] })
        )
        assert.deepStrictEqual(counts(result), { ...none, updated: 1, inserted: 1 })
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "AnnualRevenue" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "renamed", 5],
            ["001B", "Account 001B", null]
          ]
        )
      })
    )

    it.live("patches only its own columns, and only rows of the same version", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(
          commitAfter(0, {
            segments: [segment(at, { asOf: 1, rows: [account("001A", 1), account("001B", 2)] })]
          })
        )
        const patch = (asOf: number) =>
          segment(at, {
            asOf,
            effect: "patch",
            header: ["Id", "SystemModstamp", "AnnualRevenue"],
            rows: ["001A", "001B", "001C"].map((Id) => ({
              Id,
              SystemModstamp: second(1),
              AnnualRevenue: String(asOf)
            }))
          })
        const result = yield* destination.commit(commitAfter(1, { segments: [patch(7)] }))
        assert.deepStrictEqual(counts(result), { ...none, updated: 1, unchanged: 2 })
        yield* destination.commit(commitAfter(2, { segments: [patch(6)] }))
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "Name", "AnnualRevenue" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", "Account 001A", 7],
            ["001B", "Account 001B", null]
          ]
        )
      })
    )
  })

  describe(`${subject.name}: deleted rows`, () => {
    const state = `SELECT "Id", "IsDeleted" FROM "Account" ORDER BY "Id"`
    const deletion = (at: string, asOf: number, ids: ReadonlyArray<string>, when: number) =>
      segment(at, {
        asOf,
        effect: "delete",
        header: ["Id", "SystemModstamp"],
        rows: ids.map((Id) => ({ Id, SystemModstamp: second(when) }))
      })

    it.live("counts a soft delete as deleted and an undelete as updated", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (version: number, deleted: string) =>
          destination.commit(
            commitAfter(version, {
              segments: [
                segment(at, { asOf: version, rows: [account("001A", version, { IsDeleted: deleted })] })
              ]
            })
          )
        assert.deepStrictEqual(counts(yield* read(0, "false")), { ...none, inserted: 1 })
        assert.deepStrictEqual(counts(yield* read(1, "true")), { ...none, deleted: 1 })
        assert.deepStrictEqual(counts(yield* read(2, "true")), { ...none, updated: 1 })
        assert.deepStrictEqual(counts(yield* read(3, "false")), { ...none, updated: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
      })
    )

    it.live("counts a row that is first seen deleted as inserted", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { IsDeleted: "true" })]
        const result = yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(counts(result), { ...none, inserted: 1 })
      })
    )

    it.live("marks hard-deleted rows where the stored stamp is not later than the deletion", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1), account("001B", 9)]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 1, rows })] }))
        const commit = commitAfter(1, { segments: [deletion(at, 10, ["001A", "001B", "001X"], 5)] })
        assert.deepStrictEqual(counts(yield* destination.commit(commit)), {
          ...none,
          deleted: 1,
          unchanged: 2
        })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [
          ["001A", true],
          ["001B", false]
        ])
      })
    )

    for (const hard of ["mark", "remove"] as const) {
      it.live(`keeps a removed row out when an old page comes late (${hard})`, () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const schema = withSchema({ deletes: { soft: "mark", hard, flag: "IsDeleted" } })
          const apply = (version: number, of: ReturnType<typeof segment>) =>
            destination.commit(commitAfter(version, { schema, segments: [of] }))
          yield* apply(0, segment(at, { asOf: 1, rows: [account("001A", 1)] }))
          yield* apply(1, deletion(at, 10, ["001A", "001B"], 8))
          const gone = hard === "mark" ? [["001A", true]] : []
          assert.deepStrictEqual(yield* rowsOf(destination, state), gone)
          const late = [account("001A", 7), account("001B", 8)]
          assert.strictEqual((yield* apply(2, segment(at, { asOf: 5, rows: late }))).unchanged, 2)
          assert.deepStrictEqual(yield* rowsOf(destination, state), gone)
          const undeleted = yield* apply(3, segment(at, { asOf: 5, rows: [account("001A", 9)] }))
          assert.strictEqual(undeleted.inserted + undeleted.updated, 1)
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        })
      )
    }

    it.live("takes soft-deleted rows out where the spec says remove, and brings undeleted ones back", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
        const read = (version: number, rows: ReadonlyArray<ReturnType<typeof account>>) =>
          destination.commit(
            commitAfter(version, {
              schema,
              everything: true,
              segments: [segment(at, { asOf: version, rows })]
            })
          )
        yield* read(0, [account("001A", 1), account("001B", 1, { IsDeleted: "true" })])
        assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        const removed = yield* read(1, [account("001A", 2, { IsDeleted: "true" })])
        assert.deepStrictEqual(counts(removed), { ...none, deleted: 1 })
        assert.strictEqual(removed.rows, (yield* rowsOf(destination, names)).length)
        assert.deepStrictEqual(yield* rowsOf(destination, state), [])
        assert.strictEqual((yield* read(2, [account("001A", 3)])).inserted, 1)
      })
    )

    it.live(
      "gives objects without a deleted flag one, and takes a mark back from rows that are read again",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const schema = withSchema({
            columns: accountSchema.columns.filter((column) => column.name !== "IsDeleted")
          })
          const plain = header.filter((name) => name !== "IsDeleted")
          const read = (version: number) =>
            destination.commit(
              commitAfter(version, {
                schema,
                everything: version === 0,
                segments: [segment(at, { asOf: version, header: plain, rows: [account("001A", 1)] })]
              })
            )
          yield* read(0)
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
          yield* destination.commit(commitAfter(1, { schema, segments: [deletion(at, 1, ["001A"], 1)] }))
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", true]])
          assert.deepStrictEqual(counts(yield* read(2)), { ...none, updated: 1 })
          assert.deepStrictEqual(yield* rowsOf(destination, state), [["001A", false]])
        })
    )

    it.live("marks rows that a complete list of Ids does not name, inside its range only", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = ["001A", "001B", "001C", "001D"].map((id) => account(id, 1))
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 1, rows })] }))
        const list = (asOf: number, ids: ReadonlyArray<string>) =>
          segment(at, {
            asOf,
            effect: "present",
            header: ["Id"],
            rows: ids.map((Id) => ({ Id })),
            ids: { from: "001B", to: "001D" }
          })
        const result = yield* destination.commit(commitAfter(1, { segments: [list(5, ["001C"])] }))
        assert.deepStrictEqual(counts(result), { ...none, deleted: 1 })
        assert.deepStrictEqual(yield* rowsOf(destination, state), [
          ["001A", false],
          ["001B", true],
          ["001C", false],
          ["001D", false]
        ])
        assert.strictEqual(
          (yield* destination.commit(commitAfter(2, { segments: [list(6, [])] }))).deleted,
          1
        )
      })
    )
  })

  describe(`${subject.name}: generations`, () => {
    const full = (expected: number, generation: number, options: object) =>
      commitAfter(expected, { phase: "full", generation, ...options })

    it.live("hides a generation until it is published, then shows it whole", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (generation: number, ids: ReadonlyArray<string>, asOf: number) =>
          segment(at, { generation, asOf, rows: ids.map((id) => account(id, 1)) })
        yield* destination.commit(full(0, 1, { segments: [read(1, ["001A", "001B"], 1)], publish: true }))
        yield* destination.commit(full(1, 2, { segments: [read(2, ["001B"], 2)] }))
        assert.strictEqual((yield* rowsOf(destination, names)).length, 2)
        const published = yield* destination.commit(
          full(2, 2, { segments: [read(2, ["001C"], 2)], publish: true })
        )
        assert.deepStrictEqual(counts(published), { inserted: 1, updated: 0, deleted: 1, unchanged: 1 })
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", "IsDeleted" FROM "Account" ORDER BY "Id"`),
          [
            ["001A", true],
            ["001B", false],
            ["001C", false]
          ]
        )
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live ORDER BY 1`), [
          ["001B"],
          ["001C"]
        ])
      })
    )

    it.live(
      "keeps rows that it does not have where these may only be hidden, whatever deletes do otherwise",
      () =>
        Effect.gen(function* () {
          for (const hard of ["mark", "remove"] as const) {
            const { at, destination } = yield* opened
            const schema = withSchema({ deletes: { soft: "mark", hard, flag: "IsDeleted", absent: "keep" } })
            const read = (generation: number, ids: ReadonlyArray<string>) =>
              destination.commit(
                full(generation - 1, generation, {
                  schema,
                  publish: true,
                  segments: [
                    segment(at, { generation, asOf: generation, rows: ids.map((id) => account(id, 1)) })
                  ]
                })
              )
            yield* read(1, ["001A", "001B"])
            const again = yield* read(2, ["001B", "001C"])
            assert.deepStrictEqual(counts(again), { inserted: 1, updated: 0, deleted: 0, unchanged: 1 })
            assert.strictEqual(again.rows, 3)
            const shown = `SELECT "Id", "Name", "IsDeleted" FROM "Account" WHERE "Id" = '001A'`
            const [kept] = yield* rowsOf(destination, shown)
            assert.deepStrictEqual([kept?.[0], kept?.[2]], ["001A", false])
            assert.isNotNull(kept?.[1])
          }
        })
    )

    it.live("replaces rows without a key, and counts what is different", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({
          key: null,
          guard: null,
          views: [],
          deletes: { soft: "mark", hard: "mark", flag: null }
        })
        const read = (generation: number, ids: ReadonlyArray<string>) =>
          destination.commit(
            full(generation - 1, generation, {
              schema,
              publish: true,
              segments: [segment(at, { generation, rows: ids.map((id) => account(id, 1)) })]
            })
          )
        assert.strictEqual((yield* read(1, ["001A", "001A", "001B"])).inserted, 3)
        assert.deepStrictEqual(counts(yield* read(2, ["001A", "001B", "001C"])), {
          inserted: 1,
          updated: 0,
          deleted: 1,
          unchanged: 2
        })
        assert.deepStrictEqual(counts(yield* read(3, ["001A", "001B", "001C"])), { ...none, unchanged: 3 })
        assert.strictEqual((yield* rowsOf(destination, names)).length, 3)
      })
    )

    it.live(
      "fails when one key has two different rows in a generation, even in two commits, before it is seen",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const read = (name: string) =>
            segment(at, { asOf: 1, work: "job", rows: [account("001A", 1, { Name: name })] })
          yield* destination.commit(full(0, 1, { segments: [read("one")] }))
          assert.strictEqual(
            yield* codeOf(destination.commit(full(1, 1, { segments: [read("two")], publish: true }))),
            "NON_UNIQUE_KEY"
          )
        })
    )

    it.live("discards an unpublished generation and never the published one", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (generation: number) =>
          segment(at, { generation, rows: [account(`001${generation}`, 1)] })
        yield* destination.commit(full(0, 1, { segments: [read(1)], publish: true }))
        yield* destination.commit(full(1, 2, { segments: [read(2)] }))
        yield* destination.discard("Account", 2)
        yield* destination.discard("Account", 1)
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["0011", "Account 0011"]])
        yield* destination.commit(full(2, 3, { segments: [read(3)], publish: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live`), [["0013"]])
      })
    )
  })

  describe(`${subject.name}: values`, () => {
    it.live("keeps every byte of text, and reads only the empty text as null", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const texts = [
          "N/A",
          "null",
          "NULL",
          "  spaces  ",
          "a\u0000b",
          'quo"te, comma',
          "line\nbreak\r\nand\rcr",
          "😀 東京 é",
          "\\N",
          "\\.",
          "-"
        ]
        const rows = ["", ...texts].map((Name, index) =>
          account(`001${String.fromCharCode(65 + index)}`, 1, { Name })
        )
        yield* destination.commit(commitAfter(0, { everything: true, segments: [segment(at, { rows })] }))
        const expected =
          destination.capabilities.nulBytes === "kept"
            ? texts
            : texts.map((text) => text.replaceAll("\u0000", ""))
        assert.deepStrictEqual(
          (yield* rowsOf(destination, names)).map((row) => row[1]),
          [null, ...expected]
        )
      })
    )

    it.live("keeps a byte order mark at the beginning of a text", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { Name: "\uFEFFbom" })]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT length("Name") FROM "Account"`), [[4]])
      })
    )

    it.live("keeps a text of 131,072 characters", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const Name = `${"x\n".repeat(65_535)}é"`
        yield* destination.commit(
          commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1, { Name })] })] })
        )
        assert.deepStrictEqual(yield* rowsOf(destination, names), [["001A", Name]])
      })
    )

    it.live("keeps random text", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const seed = Math.floor(Math.random() * 2 ** 31)
        const texts = randomTexts(seed, 3000)
        const rows = texts.map((Name, index) => account(String(index).padStart(6, "0"), 1, { Name }))
        const half = [rows.slice(0, 1500), rows.slice(1500)]
        yield* destination.commit(
          commitAfter(0, { everything: true, segments: half.map((rows) => segment(at, { rows })) })
        )
        const stored = yield* rowsOf(destination, names)
        const wrong = stored.findIndex((row, index) => row[1] !== (texts[index] === "" ? null : texts[index]))
        assert.strictEqual(
          wrong,
          -1,
          `seed ${seed}: ${JSON.stringify(texts[wrong])} became ${JSON.stringify(stored[wrong]?.[1])}`
        )
      })
    )

    it.live("reads both forms of a time, numbers with exponents, lists and addresses", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [
          account("001A", 1, {
            SystemModstamp: "2026-11-21T10:00:01.000+0000",
            AnnualRevenue: "1.5E7",
            NumberOfEmployees: "42.0",
            Interests__c: "a;b",
            BillingCity: "Paris"
          }),
          account("001B", 1)
        ]
        yield* destination.commit(commitAfter(0, { everything: true, segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            `SELECT "SystemModstamp", "AnnualRevenue", "NumberOfEmployees", "Interests__c", "BillingAddress" FROM "Account" ORDER BY "Id"`
          ),
          [
            ["2026-11-21T10:00:01.000Z", 15_000_000, 42, ["a", "b"], { street: null, city: "Paris" }],
            ["2026-11-21T10:00:01.000Z", null, null, null, null]
          ]
        )
      })
    )

    for (const value of ["5.7", "3000000000", "many"]) {
      it.live(`refuses ${value} for a whole number of 32 bits`, () =>
        Effect.gen(function* () {
          const { at, destination } = yield* opened
          const rows = [account("001A", 1, { NumberOfEmployees: value })]
          const commit = commitAfter(0, { everything: true, segments: [segment(at, { rows })] })
          assert.strictEqual(yield* codeOf(destination.commit(commit)), "SEGMENT_REFUSED")
          assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
        })
      )
    }

    it.live("masks values by HMAC-SHA-256, so that equal values stay equal and none is stored", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const columns = accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
        const schema = withSchema({ columns })
        const commit = commitAfter(0, {
          schema,
          segments: [segment(at, { rows: [account("001A", 1, { Name: "what do ya want for nothing?" })] })]
        })
        const without = yield* open(subject, at)
        assert.strictEqual(yield* codeOf(without.commit(commit)), "MASK_KEY_MISSING")
        // Test case 2 of RFC 4231.
        const keyed = yield* open(subject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
        yield* keyed.commit(commit)
        assert.deepStrictEqual(yield* rowsOf(keyed, names), [
          ["001A", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"]
        ])
      })
    )
  })

  describe(`${subject.name}: segments that are not what they should be`, () => {
    const cases: ReadonlyArray<readonly [string, string, object]> = [
      ["a row less than Salesforce said", "SEGMENT_SHORT", { said: 2 }],
      ["a row more than Salesforce said", "SEGMENT_SHORT", { said: 0 }],
      ["other columns", "SEGMENT_REFUSED", { text: '"Id","Nom"\n"001A","x"\n' }],
      [
        "the same columns in another order",
        "SEGMENT_REFUSED",
        { text: `${[...header].reverse().join(",")}\n` }
      ],
      ["nothing at all", "SEGMENT_REFUSED", { text: "" }],
      ["a row of too few cells", "SEGMENT_REFUSED", { text: `${header.join(",")}\n"001A","x"\n` }]
    ]
    for (const everything of [true, false]) {
      for (const [what, code, options] of cases) {
        it.live(`refuses a file with ${what} (${everything ? "first load" : "increment"})`, () =>
          Effect.gen(function* () {
            const { at, destination } = yield* opened
            const good = segment(at, { rows: [account("001B", 1)] })
            const bad = segment(at, { rows: [account("001A", 1)], ...options })
            assert.strictEqual(
              yield* codeOf(destination.commit(commitAfter(0, { everything, segments: [good, bad] }))),
              code
            )
            assert.deepStrictEqual((yield* destination.checkpoints).streams, {})
          })
        )
      }
    }
  })

  describe(`${subject.name}: what the org's fields become`, () => {
    const columnsWith = (name: string, kind: "int64" | "double" | "text" | "boolean") =>
      withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === name ? { ...column, type: { kind } } : column
        )
      })

    it.live("widens a whole number to a longer one, to a double, to text, and never back", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const read = (version: number, schema: typeof accountSchema, value: string) =>
          destination.commit(
            commitAfter(version, {
              schema,
              segments: [
                segment(at, {
                  asOf: version,
                  rows: [account(`001${version}`, 1, { NumberOfEmployees: value })]
                })
              ]
            })
          )
        yield* read(0, accountSchema, "1")
        const kinds = (result: { schemaChanges: ReadonlyArray<{ kind: string; column: string | null }> }) =>
          result.schemaChanges.map((change) => `${change.kind} ${change.column}`)
        assert.deepStrictEqual(
          kinds(yield* read(1, columnsWith("NumberOfEmployees", "int64"), "9007199254740993")),
          ["column-widened NumberOfEmployees"]
        )
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "NumberOfEmployees" FROM account_live ORDER BY "Id"`),
          [[1], ["9007199254740993"]]
        )
        yield* read(2, columnsWith("NumberOfEmployees", "double"), "2.5")
        yield* read(3, columnsWith("NumberOfEmployees", "text"), "many")
        assert.deepStrictEqual(kinds(yield* read(4, accountSchema, "7")), [])
        assert.deepStrictEqual(
          (yield* rowsOf(destination, `SELECT "NumberOfEmployees" FROM "Account" ORDER BY "Id"`)).slice(2),
          [["2.5"], ["many"], ["7"]]
        )
      })
    )

    it.live("stops at a change of type that the stored values cannot take", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
        const commit = commitAfter(1, { schema: columnsWith("AnnualRevenue", "boolean") })
        assert.strictEqual(yield* codeOf(destination.commit(commit)), "SCHEMA_INCOMPATIBLE")
        assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      })
    )

    it.live("adds new columns and fields of addresses, and keeps those that the org lost", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1, { AnnualRevenue: "5", BillingCity: "Paris" })]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { asOf: 0, rows })] }))
        const text = { kind: "text" } as const
        const schema = withSchema({
          columns: [
            ...accountSchema.columns.filter(
              (column) => column.name !== "AnnualRevenue" && column.name !== "BillingAddress"
            ),
            { name: "Region__c", label: "Region", type: text, from: { header: "Region__c" } },
            {
              name: "BillingAddress",
              label: "Billing Address",
              type: {
                kind: "struct",
                fields: ["street", "city", "country"].map((name) => ({ name, type: text }))
              },
              from: { struct: { street: "BillingStreet", city: "BillingCity", country: "BillingCountry" } }
            }
          ]
        })
        const wide = [...header.filter((name) => name !== "AnnualRevenue"), "Region__c", "BillingCountry"]
        const more = [account("001B", 1, { Region__c: "EMEA", BillingCountry: "FR" })]
        const result = yield* destination.commit(
          commitAfter(1, { schema, segments: [segment(at, { asOf: 1, header: wide, rows: more })] })
        )
        assert.deepStrictEqual(
          result.schemaChanges.map((change) => `${change.kind} ${change.column}`.toLowerCase()).sort(),
          ["column-added region__c", "column-kept annualrevenue", "column-widened billingaddress"]
        )
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            `SELECT "Id", "AnnualRevenue", "Region__c", "BillingAddress" FROM account_live ORDER BY "Id"`
          ),
          [
            ["001A", 5, null, { street: null, city: "Paris", country: null }],
            ["001B", null, "EMEA", { street: null, city: null, country: "FR" }]
          ]
        )
        assert.deepStrictEqual((yield* destination.commit(commitAfter(2, { schema }))).schemaChanges, [])
      })
    )

    it.live("names tables and columns in snake_case where the spec says so", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at, { destination: { naming: "snake_case" } })
        yield* destination.commit(
          commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1, { Interests__c: "a" })] })] })
        )
        assert.deepStrictEqual(
          yield* rowsOf(destination, "SELECT id, system_modstamp, interests_c FROM account_live"),
          [["001A", second(1), ["a"]]]
        )
      })
    )

    it.live("offers views of live rows, of roles and of survivors of merges", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const schema = withSchema({
          columns: [
            ...accountSchema.columns,
            {
              name: "MasterRecordId",
              label: "Master",
              type: { kind: "text" },
              from: { header: "MasterRecordId" }
            }
          ],
          views: [
            { kind: "live", name: "account_live" },
            { kind: "roles", name: "account_roles", roles: { logo: "Name", reference: null } },
            { kind: "survivors", name: "account_survivors", mergedInto: "MasterRecordId" }
          ]
        })
        const rows = [
          account("001A", 1),
          account("001B", 1, { IsDeleted: "true", MasterRecordId: "001A" }),
          account("001C", 1, { IsDeleted: "true", MasterRecordId: "001B" })
        ]
        yield* destination.commit(
          commitAfter(0, { schema, segments: [segment(at, { header: [...header, "MasterRecordId"], rows })] })
        )
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live`), [["001A"]])
        assert.deepStrictEqual(
          yield* rowsOf(destination, `SELECT "Id", logo, reference FROM account_roles`),
          [["001A", "Account 001A", null]]
        )
        assert.deepStrictEqual(yield* rowsOf(destination, "SELECT * FROM account_survivors ORDER BY 1"), [
          ["001B", "001A"],
          ["001C", "001A"]
        ])
      })
    )

    it.live("tells what the org says about its fields", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        yield* destination.commit(commitAfter(0, {}))
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            "SELECT label, help, source_type FROM _decant.fields WHERE column_name = 'Name'"
          ),
          [["Account Name", "The company's name", "string"]]
        )
        assert.deepStrictEqual(
          yield* rowsOf(
            destination,
            "SELECT value, label, active FROM _decant.picklist_values ORDER BY value"
          ),
          [
            ["a", "Alpha", true],
            ["b", "Beta", false]
          ]
        )
      })
    )
  })

  describe(`${subject.name}: looking into the copy`, () => {
    it.live("counts rows, live rows and distinct keys", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = [account("001A", 1), account("001B", 2, { IsDeleted: "true" }), account("001C", 3)]
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        assert.deepStrictEqual(yield* destination.inspect("Account", { kind: "counts" }), {
          kind: "counts",
          rows: 3,
          live: 2,
          distinctKeys: 3
        })
      })
    )

    it.live("keeps run reports", () =>
      Effect.gen(function* () {
        const { destination } = yield* opened
        const report = {
          runId: "run-1",
          name: "acme",
          status: "ok",
          startedAt: second(1),
          finishedAt: second(2),
          apiCalls: 9,
          bytes: 55_600_000,
          streams: []
        } as const
        yield* destination.recordRun(report)
        yield* destination.recordRun(report)
        assert.deepStrictEqual(
          yield* rowsOf(destination, "SELECT run_id, status, finished_at, api_calls FROM _decant.runs"),
          [["run-1", "ok", second(2), 9]]
        )
        const later = { ...report, runId: "run-2", finishedAt: second(5) }
        yield* destination.recordRun(later)
        yield* destination.recordRun({ ...later, runId: "run-3", name: "another spec" })
        const stored = yield* destination.runs(10)
        assert.deepStrictEqual(
          stored.map((text) => JSON.parse(text)),
          [later, report]
        )
        assert.strictEqual((yield* destination.runs(1)).length, 1)
      })
    )

    it.live("cuts a long result and says so", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* opened
        const rows = Array.from({ length: 20 }, (_, index) => account(`001${index}`, 1))
        yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows })] }))
        const cut = yield* destination.query(`SELECT "Id" FROM "Account"`, { maxRows: 5, seconds: 10 })
        assert.deepStrictEqual([cut.rows.length, cut.truncated], [5, true])
        const whole = yield* destination.query(`SELECT "Id" FROM "Account"`, { maxRows: 20, seconds: 10 })
        assert.deepStrictEqual([whole.rows.length, whole.truncated], [20, false])
      })
    )
  })
}

/** Deterministic by seed: texts made of the characters that CSV readers get wrong. */
const randomTexts = (seed: number, count: number): ReadonlyArray<string> => {
  const parts = [
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\\",
    "'",
    ";",
    "N/A",
    "null",
    "NULL",
    "é",
    "東",
    "😀",
    "\u2028",
    "x",
    "0",
    "\u0001",
    "#",
    "|"
  ]
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: random(9) }, () => parts[random(parts.length)] ?? "").join("")
  )
}
