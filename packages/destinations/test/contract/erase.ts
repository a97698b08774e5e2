/**
 * What `erase` does in every destination: a record leaves the table, its history, what is remembered of removed
 * keys, generations that are not published yet, run reports and whatever old bytes the store keeps; all else
 * stays as it was.
 */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { account, commitAfter, header, second, segment, withSchema } from "../account.ts"
import { codeOf, folder, open, rowsOf, type Subject } from "../subject.ts"

const schema = withSchema({ history: true })

/** Everything that the destination keeps in its folder; what was spooled is the run's own to remove. */
const filesUnder = (at: string): ReadonlyArray<string> =>
  readdirSync(at, { recursive: true })
    .map((name) => join(at, String(name)))
    .filter((path) => statSync(path).isFile() && !/segment-\d+\.csv$/.test(path))

export const holding = (at: string, text: string): ReadonlyArray<string> =>
  filesUnder(at).filter((path) => readFileSync(path).includes(text))

const person = "003Maria"
const secrets = ["Maria Musterfrau", "Rosenweg 7, Hinterhaus", "Maria Mädchenname", "fliegenfischen"]

const totalOf = (counts: ReadonlyArray<{ readonly rows: number }>): number =>
  counts.reduce((sum, { rows }) => sum + rows, 0)

/** Two people, the first of whom has been renamed. */
const filled = Effect.fnUntraced(function* (subject: Subject) {
  const at = yield* folder
  const destination = yield* open(subject, at)
  const cells = {
    BillingStreet: "Rosenweg 7, Hinterhaus",
    BillingCity: "Paris",
    Interests__c: "go;fliegenfischen"
  }
  yield* destination.commit(
    commitAfter(0, {
      schema,
      segments: [
        segment(at, {
          asOf: 5,
          rows: [
            account(person, 1, { ...cells, Name: "Maria Mädchenname" }),
            account("003Other", 1, { Name: "Somebody Else", BillingCity: "Paris" })
          ]
        })
      ]
    })
  )
  yield* destination.commit(
    commitAfter(1, {
      schema,
      segments: [
        segment(at, { asOf: 20, rows: [account(person, 11, { ...cells, Name: "Maria Musterfrau" })] })
      ]
    })
  )
  return { at, destination }
})

export const eraseContract = (subject: Subject): void => {
  describe(`${subject.name}: erasing a record`, () => {
    it.live(
      "takes it out of the table and its history and leaves all else, but none of its texts in any file",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* filled(subject)
          const before = yield* destination.checkpoints
          const erasure = yield* destination.erase("Account", person)
          assert.strictEqual(totalOf(erasure.removed), 3)
          assert.deepStrictEqual(
            erasure.removed.map(({ rows }) => rows).filter((rows) => rows > 0),
            [1, 2]
          )
          assert.isAtLeast(erasure.proof.length, 2)
          assert.deepStrictEqual(
            erasure.proof.filter(({ found }) => found > 0),
            []
          )
          for (const table of [`"Account"`, `"Account_history"`, "account_live"]) {
            assert.deepStrictEqual(
              yield* rowsOf(destination, `SELECT "Id", "Name", "BillingCity" FROM ${table}`),
              [["003Other", "Somebody Else", "Paris"]]
            )
          }
          assert.deepStrictEqual(yield* destination.checkpoints, before)
          for (const text of [...secrets, person]) assert.deepStrictEqual(holding(at, text), [], text)
        })
    )

    it.live(
      "lets the next commit go on as if the record had never been, and one that has it bring it back",
      () =>
        Effect.gen(function* () {
          const { at, destination } = yield* filled(subject)
          yield* destination.erase("Account", person)
          const rows = [account("003Other", 21, { Name: "Renamed" }), account("003New", 21)]
          const result = yield* destination.commit(
            commitAfter(2, { schema, segments: [segment(at, { asOf: 30, rows })] })
          )
          assert.deepStrictEqual([result.inserted, result.updated, result.rows], [1, 1, 2])
          assert.strictEqual((yield* rowsOf(destination, `SELECT 1 FROM "Account_history"`)).length, 3)
          const again = segment(at, { asOf: 40, rows: [account(person, 25)] })
          assert.strictEqual(
            (yield* destination.commit(commitAfter(3, { schema, segments: [again] }))).inserted,
            1
          )
        })
    )

    it.live("forgets that it was removed", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled(subject)
        const removing = withSchema({
          deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" },
          history: true
        })
        const gone = segment(at, {
          asOf: 40,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: [{ Id: person, SystemModstamp: second(35) }]
        })
        yield* destination.commit(commitAfter(2, { schema: removing, segments: [gone] }))
        const erasure = yield* destination.erase("Account", person)
        assert.deepStrictEqual(
          erasure.proof.filter(({ found }) => found > 0),
          []
        )
        for (const text of [...secrets, person]) assert.deepStrictEqual(holding(at, text), [], text)
      })
    )

    it.live("takes it out of a generation that is not published yet", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled(subject)
        const full = { schema, phase: "full", generation: 2 } as const
        const rows = [account(person, 11, { Name: "Maria Musterfrau" }), account("003Other", 1)]
        const hidden = segment(at, { generation: 2, asOf: 50, rows })
        yield* destination.commit(commitAfter(2, { ...full, segments: [hidden] }))
        yield* destination.erase("Account", person)
        assert.deepStrictEqual(holding(at, "Maria Musterfrau"), [])
        yield* destination.commit(commitAfter(3, { ...full, publish: true }))
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM "Account"`), [["003Other"]])
      })
    )

    it.live("takes its Id out of run reports", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled(subject)
        const message = `Two rows have the same Id, for example ${person}.`
        const error = { code: "NON_UNIQUE_KEY", message, fix: "", docs: "", retryable: false }
        yield* destination.recordRun({
          runId: "run-1",
          name: "acme",
          status: "failed",
          startedAt: second(1),
          finishedAt: second(2),
          apiCalls: 9,
          bytes: 1,
          streams: [
            {
              stream: "Account",
              status: "failed",
              mode: "incremental",
              api: "rest",
              read: 0,
              rows: 0,
              inserted: 0,
              updated: 0,
              deleted: 0,
              cursor: { from: null, to: null },
              bytes: 0,
              apiCalls: 0,
              durationMs: 1,
              schemaChanges: [],
              warnings: [],
              error
            }
          ]
        })
        yield* destination.erase("Account", person)
        assert.deepStrictEqual(holding(at, person), [])
        assert.deepStrictEqual(yield* rowsOf(destination, "SELECT run_id, api_calls FROM _decant.runs"), [
          ["run-1", 9]
        ])
      })
    )

    it.live("removes nothing for an Id that is not there, and the same the second time", () =>
      Effect.gen(function* () {
        const { destination } = yield* filled(subject)
        assert.strictEqual(totalOf((yield* destination.erase("Account", "003Nobody")).removed), 0)
        yield* destination.erase("Account", person)
        assert.strictEqual(totalOf((yield* destination.erase("Account", person)).removed), 0)
        assert.strictEqual((yield* rowsOf(destination, `SELECT 1 FROM "Account"`)).length, 1)
      })
    )

    it.live("says that a stream is not there, or has no key", () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled(subject)
        assert.strictEqual(yield* codeOf(destination.erase("Contact", person)), "DESTINATION_UNREACHABLE")
        const keyless = withSchema({
          stream: "Log",
          table: "Log",
          key: null,
          guard: null,
          views: [],
          deletes: { soft: "mark", hard: "mark", flag: null }
        })
        const rows = [account(person, 1)]
        yield* destination.commit(
          commitAfter(0, { schema: keyless, segments: [segment(at, { stream: "Log", header, rows })] })
        )
        assert.strictEqual(yield* codeOf(destination.erase("Log", person)), "NOT_SUPPORTED")
      })
    )
  })
}
