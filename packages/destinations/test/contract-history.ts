/**
 * What `history: true` keeps beside the table, in every destination: `<Object>_history` with all columns of the
 * table, `valid_from`, `valid_to` (half-open; null while it holds) and `is_current`.
 *
 * The rules that the cases below fix:
 * - The versions of a key stand in the order of (guard value, time of reading). A version holds from its guard
 *   value; one with the same guard value as the version before it, from the later of that value and its own time
 *   of reading. It ends where the next one begins, so intervals never overlap.
 * - A row that is read again and holds the same values adds nothing.
 * - A deletion ends the current version and opens none; a key that comes back opens one.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import {
  account,
  accountSchema,
  type Cells,
  type CommitOptions,
  commitAfter,
  header,
  type SegmentOptions,
  second,
  segment,
  withSchema
} from "./account.ts"
import { codeOf, folder, type OpenOptions, open, rowsOf, type Subject } from "./subject.ts"

const schema = withSchema({ history: true })

const columnsOf = (names: string): string =>
  `SELECT ${names} FROM "Account_history" ORDER BY "Id", valid_from, valid_to NULLS LAST`

const versions = columnsOf(`"Id", "Name", valid_from, valid_to`)

/** A destination in a folder of its own, and commits that follow each other. */
const begin = Effect.fnUntraced(function* (subject: Subject, options: OpenOptions = {}) {
  const at = yield* folder
  const destination = yield* open(subject, at, options)
  let version = 0
  const commit = (commitOptions: CommitOptions) =>
    Effect.tap(destination.commit(commitAfter(version, { schema, ...commitOptions })), () =>
      Effect.sync(() => version++)
    )
  const read = (asOf: number, rows: ReadonlyArray<Cells>, more: Partial<SegmentOptions> = {}) =>
    commit({ segments: [segment(at, { asOf, rows, ...more })] })
  const patch = (asOf: number, rows: ReadonlyArray<Cells>) =>
    read(asOf, rows, { effect: "patch", header: ["Id", "SystemModstamp", "AnnualRevenue"] })
  const remove = (asOf: number, when: number, ids: ReadonlyArray<string>, schemaOf = schema) =>
    commit({
      schema: schemaOf,
      segments: [
        segment(at, {
          asOf,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: ids.map((Id) => ({ Id, SystemModstamp: second(when) }))
        })
      ]
    })
  const see = (sql: string) => rowsOf(destination, sql)
  return { at, destination, commit, read, patch, remove, see, last: () => version }
})

const named = (id: string, at: number, Name: string, cells: Cells = {}) => account(id, at, { Name, ...cells })

export const historyContract = (subject: Subject): void => {
  describe(`${subject.name}: history of changes`, () => {
    it.live("opens a version of each row that is first read, and leaves the table as it is without", () =>
      Effect.gen(function* () {
        const { at, commit, see } = yield* begin(subject)
        const result = yield* commit({
          everything: true,
          segments: [
            segment(at, {
              asOf: 5,
              rows: [named("001A", 1, "a"), named("001B", 2, "b", { IsDeleted: "true" })]
            })
          ]
        })
        assert.strictEqual(result.inserted, 2)
        assert.deepStrictEqual(
          yield* see(columnsOf(`"Id", "Name", "IsDeleted", valid_from, valid_to, is_current`)),
          [
            ["001A", "a", false, second(1), null, true],
            ["001B", "b", true, second(2), null, true]
          ]
        )
        assert.deepStrictEqual(yield* see(`SELECT "Id", "Name" FROM "Account" ORDER BY 1`), [
          ["001A", "a"],
          ["001B", "b"]
        ])
        yield* commit({
          everything: true,
          segments: [segment(at, { asOf: 5, rows: [named("001C", 3, "c")] })]
        })
        assert.strictEqual((yield* see(versions)).length, 3)
      })
    )

    it.live("ends a version where the next one begins, with all columns of both", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        const cells = { AnnualRevenue: "5", Interests__c: "a;b", BillingCity: "Paris" }
        yield* read(5, [named("001A", 1, "one", cells), named("001B", 1, "other")])
        yield* read(15, [named("001A", 11, "two", { ...cells, BillingCity: "Rome" })])
        assert.deepStrictEqual(
          yield* see(
            columnsOf(
              `"Id", "Name", "SystemModstamp", "AnnualRevenue", "Interests__c", "BillingAddress", valid_from, valid_to, is_current`
            )
          ),
          [
            [
              "001A",
              "one",
              second(1),
              5,
              ["a", "b"],
              { street: null, city: "Paris" },
              second(1),
              second(11),
              false
            ],
            [
              "001A",
              "two",
              second(11),
              5,
              ["a", "b"],
              { street: null, city: "Rome" },
              second(11),
              null,
              true
            ],
            ["001B", "other", second(1), null, null, null, second(1), null, true]
          ]
        )
      })
    )

    it.live("adds nothing for a row that is read again, nor for a commit that comes twice", () =>
      Effect.gen(function* () {
        const { at, destination, read, commit, last, see } = yield* begin(subject)
        yield* read(5, [named("001A", 1, "one", { Interests__c: "a;b", BillingCity: "Paris" })])
        const before = yield* see(versions)
        yield* read(9, [named("001A", 1, "one", { Interests__c: "a;b", BillingCity: "Paris" })])
        assert.deepStrictEqual(yield* see(versions), before)
        const options = { schema, segments: [segment(at, { asOf: 20, rows: [named("001A", 12, "two")] })] }
        yield* commit(options)
        const twice = yield* see(versions)
        yield* destination.commit(commitAfter(last() - 1, options))
        assert.deepStrictEqual(yield* see(versions), twice)
        assert.strictEqual(twice.length, 2)
      })
    )

    it.live("puts an older version that comes late where it belongs", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 3, "first")])
        yield* read(20, [named("001A", 9, "last")])
        yield* read(30, [named("001A", 6, "between")])
        yield* read(31, [named("001A", 1, "before")])
        yield* read(32, [named("001A", 6, "between")])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "before", second(1), second(3)],
          ["001A", "first", second(3), second(6)],
          ["001A", "between", second(6), second(9)],
          ["001A", "last", second(9), null]
        ])
        assert.deepStrictEqual(yield* see(`SELECT "Name" FROM "Account"`), [["last"]])
      })
    )

    it.live("keeps both of two versions that come in one commit", () =>
      Effect.gen(function* () {
        const { at, commit, see } = yield* begin(subject)
        yield* commit({
          everything: true,
          segments: [
            segment(at, { asOf: 20, rows: [named("001A", 7, "newer"), named("001B", 2, "only")] }),
            segment(at, { asOf: 10, rows: [named("001A", 4, "older"), named("001B", 2, "only")] })
          ]
        })
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "older", second(4), second(7)],
          ["001A", "newer", second(7), null],
          ["001B", "only", second(2), null]
        ])
        yield* commit({
          segments: [
            segment(at, { asOf: 30, rows: [named("001A", 22, "third")] }),
            segment(at, { asOf: 40, rows: [named("001A", 33, "fourth")] })
          ]
        })
        assert.deepStrictEqual((yield* see(versions)).slice(0, 4), [
          ["001A", "older", second(4), second(7)],
          ["001A", "newer", second(7), second(22)],
          ["001A", "third", second(22), second(33)],
          ["001A", "fourth", second(33), null]
        ])
      })
    )

    it.live("opens a version at the time of reading when only formulas have changed", () =>
      Effect.gen(function* () {
        const { read, patch, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { AnnualRevenue: "1" }), named("001B", 1, "b")])
        const changed = { Id: "001A", SystemModstamp: second(1), AnnualRevenue: "2" }
        yield* patch(20, [changed, { Id: "001X", SystemModstamp: second(1), AnnualRevenue: "2" }])
        yield* patch(25, [changed])
        yield* patch(26, [{ Id: "001A", SystemModstamp: second(0), AnnualRevenue: "9" }])
        yield* read(40, [named("001A", 30, "renamed", { AnnualRevenue: "2" })])
        assert.deepStrictEqual(yield* see(columnsOf(`"Id", "Name", "AnnualRevenue", valid_from, valid_to`)), [
          ["001A", "a", 1, second(1), second(20)],
          ["001A", "a", 2, second(20), second(30)],
          ["001A", "renamed", 2, second(30), null],
          ["001B", "b", null, second(1), null]
        ])
      })
    )

    it.live("never lets intervals overlap when a row had moved on before its formulas were read", () =>
      Effect.gen(function* () {
        const { read, patch, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { AnnualRevenue: "1" })])
        yield* patch(20, [{ Id: "001A", SystemModstamp: second(1), AnnualRevenue: "2" }])
        yield* read(30, [named("001A", 15, "b", { AnnualRevenue: "3" })])
        assert.deepStrictEqual(yield* see(columnsOf(`"AnnualRevenue", valid_from, valid_to`)), [
          [1, second(1), second(15)],
          [2, second(15), second(15)],
          [3, second(15), null]
        ])
      })
    )

    it.live("gives two readings of one stamp with different values a version each", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 5, "first")])
        yield* read(12, [named("001A", 5, "second")])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "first", second(5), second(12)],
          ["001A", "second", second(12), null]
        ])
      })
    )

    it.live("takes the values of columns that a segment does not have from the row", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "one", { AnnualRevenue: "5" })])
        const narrow = header.filter((name) => name !== "AnnualRevenue")
        yield* read(20, [named("001A", 11, "two")], { header: narrow })
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "AnnualRevenue"`)), [
          ["one", 5],
          ["two", 5]
        ])
      })
    )
  })

  describe(`${subject.name}: history of deletions`, () => {
    it.live("takes a soft deletion and its undoing for versions", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(10, [account("001A", 1)])
        yield* read(20, [account("001A", 11, { IsDeleted: "true" })])
        yield* read(30, [account("001A", 21)])
        assert.deepStrictEqual(yield* see(columnsOf(`"IsDeleted", valid_from, valid_to, is_current`)), [
          [false, second(1), second(11), false],
          [true, second(11), second(21), false],
          [false, second(21), null, true]
        ])
      })
    )

    for (const hard of ["mark", "remove"] as const) {
      it.live(`ends the current version by a hard deletion and opens none (${hard})`, () =>
        Effect.gen(function* () {
          const { commit, remove, see, at } = yield* begin(subject)
          const removing = withSchema({ history: true, deletes: { soft: "mark", hard, flag: "IsDeleted" } })
          const read = (asOf: number, rows: ReadonlyArray<Cells>) =>
            commit({ schema: removing, segments: [segment(at, { asOf, rows })] })
          yield* read(10, [named("001A", 1, "a"), named("001B", 18, "b")])
          yield* remove(20, 15, ["001A", "001B", "001X"], removing)
          const ended = [
            ["001A", "a", second(1), second(15)],
            ["001B", "b", second(18), null]
          ]
          assert.deepStrictEqual(yield* see(versions), ended)
          assert.deepStrictEqual(
            yield* see(`SELECT count(*) FROM "Account_history" WHERE is_current AND "Id" = '001A'`),
            [[0]]
          )
          yield* remove(21, 15, ["001A"], removing)
          assert.deepStrictEqual(yield* see(versions), ended)
          yield* read(40, [named("001A", 31, "back")])
          assert.deepStrictEqual((yield* see(versions)).slice(0, 2), [
            ["001A", "a", second(1), second(15)],
            ["001A", "back", second(31), null]
          ])
        })
      )
    }

    it.live("opens a version when a row comes back unchanged", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a")])
        yield* remove(20, 15, ["001A"])
        yield* read(30, [named("001A", 1, "a")])
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "IsDeleted", valid_from, valid_to`)), [
          ["a", false, second(1), second(15)],
          ["a", false, second(30), null]
        ])
      })
    )

    it.live("ends the version of a row in the bin when it leaves it for good", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a")])
        yield* read(20, [named("001A", 15, "a", { IsDeleted: "true" })])
        yield* remove(30, 15, ["001A"])
        assert.deepStrictEqual(yield* see(columnsOf(`"IsDeleted", valid_from, valid_to`)), [
          [false, second(1), second(15)],
          [true, second(15), second(30)]
        ])
      })
    )

    it.live("ends versions of rows that a complete list of Ids does not name", () =>
      Effect.gen(function* () {
        const { read, see } = yield* begin(subject)
        yield* read(
          1,
          ["001A", "001B", "001C"].map((id) => account(id, 1))
        )
        yield* read(50, [{ Id: "001A" }], {
          effect: "present",
          header: ["Id"],
          ids: { from: null, to: "001C" }
        })
        assert.deepStrictEqual(yield* see(columnsOf(`"Id", valid_to`)), [
          ["001A", null],
          ["001B", second(50)],
          ["001C", null]
        ])
      })
    )
  })

  describe(`${subject.name}: history of a table that is read again`, () => {
    it.live("writes only what is different when a generation is published", () =>
      Effect.gen(function* () {
        const { at, commit, read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "same"), named("001B", 1, "old"), named("001C", 1, "gone")])
        const segmentOf = (asOf: number, rows: ReadonlyArray<Cells>) =>
          segment(at, { generation: 2, asOf, rows })
        const full = { phase: "full", generation: 2 } as const
        yield* commit({
          ...full,
          segments: [segmentOf(50, [named("001A", 1, "same"), named("001D", 40, "new")])]
        })
        assert.strictEqual((yield* see(versions)).length, 3)
        yield* commit({ ...full, publish: true, segments: [segmentOf(50, [named("001B", 30, "changed")])] })
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "same", second(1), null],
          ["001B", "old", second(1), second(30)],
          ["001B", "changed", second(30), null],
          // By the time of the commit, since nothing says when it went.
          ["001C", "gone", second(1), second(100)],
          ["001D", "new", second(40), null]
        ])
      })
    )

    it.live(
      "begins with the rows that are there when history is switched on, and catches up after a gap",
      () =>
        Effect.gen(function* () {
          const { at, commit, read, see } = yield* begin(subject)
          const plain = (asOf: number, rows: ReadonlyArray<Cells>) =>
            commit({ schema: accountSchema, segments: [segment(at, { asOf, rows })] })
          yield* plain(10, [named("001A", 1, "a"), named("001B", 1, "b")])
          yield* commit({})
          assert.deepStrictEqual(yield* see(versions), [
            ["001A", "a", second(1), null],
            ["001B", "b", second(1), null]
          ])
          yield* plain(20, [named("001A", 12, "missed")])
          yield* read(30, [named("001A", 22, "seen")])
          assert.deepStrictEqual(yield* see(versions), [
            ["001A", "a", second(1), second(12)],
            ["001A", "missed", second(12), second(22)],
            ["001A", "seen", second(22), null],
            ["001B", "b", second(1), null]
          ])
        })
    )
  })

  describe(`${subject.name}: history of rows that are repaired`, () => {
    it.live("writes what is different, and takes versions out that the source never had", () =>
      Effect.gen(function* () {
        const { read, remove, see } = yield* begin(subject)
        const repair = (asOf: number, rows: ReadonlyArray<Cells>) => read(asOf, rows, { effect: "replace" })
        const right = ["001A", "001B", "001C", "001D"].map((id) => named(id, 1, "right"))
        yield* read(10, right)
        yield* read(20, [named("001B", 9, "never so")])
        yield* remove(21, 15, ["001D"])
        yield* repair(30, [
          named("001A", 1, "right"),
          named("001B", 1, "right"),
          named("001C", 1, "as it is"),
          named("001D", 1, "right")
        ])
        assert.deepStrictEqual(yield* see(versions), [
          ["001A", "right", second(1), null],
          ["001B", "right", second(1), null],
          ["001C", "right", second(1), second(30)],
          ["001C", "as it is", second(30), null],
          ["001D", "right", second(1), second(15)],
          ["001D", "right", second(30), null]
        ])
      })
    )
  })

  describe(`${subject.name}: the shape of history`, () => {
    it.live("takes new columns and wider types as the table does", () =>
      Effect.gen(function* () {
        const { at, commit, read, see } = yield* begin(subject)
        yield* read(10, [named("001A", 1, "a", { NumberOfEmployees: "7" })])
        const wider = withSchema({
          history: true,
          columns: [
            ...accountSchema.columns.map((column) =>
              column.name === "NumberOfEmployees" ? { ...column, type: { kind: "double" } as const } : column
            ),
            { name: "Region__c", label: "Region", type: { kind: "text" }, from: { header: "Region__c" } }
          ]
        })
        const rows = [named("001A", 11, "b", { NumberOfEmployees: "7.5", Region__c: "EMEA" })]
        yield* commit({
          schema: wider,
          segments: [segment(at, { asOf: 20, header: [...header, "Region__c"], rows })]
        })
        assert.deepStrictEqual(yield* see(columnsOf(`"Name", "NumberOfEmployees", "Region__c"`)), [
          ["a", 7, null],
          ["b", 7.5, "EMEA"]
        ])
      })
    )

    it.live("masks older versions as well when a mask is added", () =>
      Effect.gen(function* () {
        const { commit, read, see } = yield* begin(subject, { maskKeys: { pii: Redacted.make("Jefe") } })
        yield* read(10, [named("001A", 1, "what do ya want for nothing?")])
        yield* read(20, [named("001A", 11, "later")])
        const columns = accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
        yield* commit({ schema: withSchema({ history: true, columns }) })
        const names = (yield* see(columnsOf(`"Name"`))).map(([name]) => String(name))
        assert.strictEqual(names.length, 2)
        assert.strictEqual(names[0], "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        assert.match(names[1] ?? "", /^[0-9a-f]{64}$/)
      })
    )

    it.live("refuses history of rows without a key", () =>
      Effect.gen(function* () {
        const { destination } = yield* begin(subject)
        const keyless = withSchema({ history: true, key: null, guard: null, views: [] })
        assert.strictEqual(
          yield* codeOf(destination.commit(commitAfter(0, { schema: keyless }))),
          "SCHEMA_INCOMPATIBLE"
        )
      })
    )
  })

  describe(`${subject.name}: history whatever comes in whatever order`, () => {
    it.live("has each version once, in order, without overlaps, and ends in the table's row", () =>
      Effect.gen(function* () {
        const seed = Math.floor(Math.random() * 2 ** 31)
        const random = randomBelow(seed)
        const { at, commit, see } = yield* begin(subject)
        const ids = ["001A", "001B", "001C", "001D"]
        // Each record changes every few seconds; a page shows a record as it was at some second.
        const changes = new Map(ids.map((id) => [id, [1, 4, 9, 16, 25].map((at) => at + random(3))]))
        const seen = new Map<string, Set<number>>(ids.map((id) => [id, new Set()]))
        for (let round = 0; round < 12; round++) {
          const segments = Array.from({ length: 1 + random(2) }, (_, page) => {
            const rows = ids
              .filter(() => random(3) > 0)
              .map((id) => {
                const stamps = changes.get(id) ?? []
                const at = stamps[random(stamps.length)] ?? 0
                seen.get(id)?.add(at)
                return named(id, at, `${id} at ${at}`)
              })
            return segment(at, { asOf: 40 + round * 2 + page, rows })
          })
          yield* commit({ segments })
        }
        const expected = ids.flatMap((id) => {
          const stamps = [...(seen.get(id) ?? [])].sort((a, b) => a - b)
          return stamps.map((at, index) => [
            id,
            `${id} at ${at}`,
            second(at),
            stamps[index + 1] === undefined ? null : second(stamps[index + 1] ?? 0)
          ])
        })
        assert.deepStrictEqual(yield* see(versions), expected, `seed ${seed}`)
        assert.deepStrictEqual(
          yield* see(`SELECT "Id", "Name" FROM "Account_history" WHERE is_current ORDER BY 1`),
          yield* see(`SELECT "Id", "Name" FROM "Account" ORDER BY 1`),
          `seed ${seed}`
        )
      })
    )
  })
}

const randomBelow = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
