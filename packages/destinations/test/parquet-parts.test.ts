/** Several writers of one stream: parts of a first load, committed at once into one Delta table. */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Destination } from "@decant/connector"
import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { vi } from "vitest"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { start } from "./child.ts"
import { partsContract } from "./contract/parts.ts"
import { currentFiles, logActions, logVersions } from "./delta-log.ts"
import { holdBefore } from "./held-writer.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { commitOfPart, cutIntoParts, partIds, rowIds } from "./part-commits.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const tableOf = (at: string) => join(at, "acme", "Account")
const dataFiles = (at: string): ReadonlyArray<string> => readdirSync(join(tableOf(at), "data"))
const held = `SELECT count(*)::INTEGER, count(DISTINCT "Id")::INTEGER FROM "Account"`

const cut = Effect.fnUntraced(function* (count: number) {
  const at = yield* folder
  const destination = yield* open(parquetSubject, at)
  const ids = partIds(count)
  yield* destination.commit(cutIntoParts(ids))
  return { at, destination, ids }
})

/** So many commits of the stream that leave its parts as they are; the tenth of a log makes a checkpoint, and sweeps. */
const moveOn = Effect.fnUntraced(function* (
  destination: Destination,
  ids: ReadonlyArray<string>,
  commits: number,
  version = 1
) {
  for (let at = version; at < version + commits; at++) yield* destination.commit(cutIntoParts(ids, {}, at))
})

/** What a reader that knows nothing but the log finds: every file is there, of the size that the log says. */
const readByLog = (at: string) =>
  Effect.promise(async () => {
    const table = tableOf(at)
    const names = logVersions(table)
    assert.deepStrictEqual(
      names.map((name) => Number.parseInt(name, 10)),
      names.map((_, version) => version)
    )
    const actions = logActions(table)
    const adds = actions.flatMap(({ add }) => (add === undefined ? [] : [add]))
    assert.strictEqual(new Set(adds.map(({ path }) => path)).size, adds.length)
    assert.lengthOf(
      actions.filter(({ protocol }) => protocol !== undefined),
      1
    )
    const files = new Set(currentFiles(table))
    for (const { path, size } of adds) {
      if (files.has(path)) assert.strictEqual(statSync(join(table, path)).size, size)
    }
    const paths = [...files].map((path) => `'${join(table, path)}'`)
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    const read = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER AS rows, count(DISTINCT "Id")::INTEGER AS keys FROM read_parquet([${paths.join(", ")}], union_by_name = true)`
    )
    const [row] = read.getRowsJS()
    connection.closeSync()
    instance.closeSync()
    return { files: files.size, rows: row?.[0], keys: row?.[1], metaData: actions.filter((a) => a.metaData) }
  })

partsContract(parquetSubject)

describe("Parquet: writers of parts", () => {
  it.live("commit eight parts at once: each row once, each file written once", () =>
    Effect.gen(function* () {
      const { at, destination, ids } = yield* cut(8)
      const writers = yield* Effect.all(Array.from({ length: 4 }, () => open(parquetSubject, at)))
      const results = yield* Effect.forEach(
        ids,
        (id, turn) => writers[turn % 4]?.commit(commitOfPart(at, id)) ?? Effect.die("no writer"),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(results.map(({ inserted }) => inserted)), new Set([10]))
      assert.deepStrictEqual(
        results.map(({ rows }) => rows).sort((a, b) => a - b),
        ids.map((_, turn) => (turn + 1) * 10)
      )
      const { Account } = (yield* destination.checkpoints).streams
      assert.deepStrictEqual([Account?.version, Account?.work, Account?.rows], [9, [], 80])
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[80, 80]])
      const { files, rows, keys, metaData } = yield* readByLog(at)
      assert.deepStrictEqual([files, rows, keys, metaData.length], [8, 80, 80, 1])
      assert.lengthOf(dataFiles(at), 8)
      assert.sameMembers(
        readdirSync(tableOf(at)).filter((name) => name.endsWith(".parquet")),
        [...dataFiles(at)]
      )
    })
  )

  it.live("take a part's file as it is into a table that others have moved on meanwhile", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(3)
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* slow.there
      const [written] = dataFiles(at)
      yield* destination.commit(commitOfPart(at, "001B"))
      yield* destination.commit(commitOfPart(at, "001C"))
      assert.deepInclude(yield* slow.goOn, { inserted: 10, rows: 30 })
      assert.lengthOf(dataFiles(at), 3)
      assert.include(currentFiles(tableOf(at)), `data/${written}`)
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[30, 30]])
      assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 4)
    })
  )

  it.live("abort whole when a successor has committed the part while they were frozen", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(2)
      for (const [id, step] of [
        ["001A", /_decant\/checkpoints/],
        ["001B", /_delta_log/]
      ] as const) {
        const frozen = yield* holdBefore(at, step, commitOfPart(at, id))
        yield* frozen.there
        yield* destination.commit(commitOfPart(at, id))
        assert.strictEqual(yield* codeOf(frozen.goOn), "WRITER_CONFLICT")
      }
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[20, 20]])
      assert.sameMembers(
        currentFiles(tableOf(at)).map((path) => `${path}`),
        dataFiles(at).map((name) => `data/${name}`)
      )
    })
  )

  it.live("say that a part is in when the same segments of it were committed by a successor", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(1)
      const commit = commitOfPart(at, "001A")
      const frozen = yield* holdBefore(at, /_delta_log/, commit)
      yield* frozen.there
      yield* destination.commit(commit)
      assert.deepInclude(yield* frozen.goOn, { inserted: 0, rows: 10 })
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[10, 10]])
      assert.lengthOf(dataFiles(at), 1)
    })
  )

  it.live("find their file when they wake within half a day, and a dead writer's file goes after a day", () =>
    Effect.gen(function* () {
      const { at, destination, ids } = yield* cut(3)
      const aged = (name: string, minutes: number) => {
        const then = Date.now() / 1000 - minutes * 60
        utimesSync(join(tableOf(at), "data", name), then, then)
      }
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* slow.there
      const [waiting = ""] = dataFiles(at)
      aged(waiting, 12 * 60)
      const dead = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001B"))
      yield* dead.there

      const [left = ""] = dataFiles(at).filter((name) => name !== waiting)
      aged(left, 25 * 60)
      yield* moveOn(destination, ids, 10)
      assert.deepStrictEqual(dataFiles(at), [waiting])
      assert.deepInclude(yield* slow.goOn, { inserted: 10, rows: 10 })
      const { files, rows, keys } = yield* readByLog(at)
      assert.deepStrictEqual([files, rows, keys], [1, 10, 10])
    })
  )

  it.live(
    "write their file anew when they slept for half a day, so that it is not taken for a dead writer's",
    () =>
      Effect.gen(function* () {
        const { at, destination } = yield* cut(2)
        const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
        yield* slow.there
        const [slept = ""] = dataFiles(at)
        yield* destination.commit(commitOfPart(at, "001B"))
        yield* Effect.acquireUseRelease(
          Effect.sync(() => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 13 * 3_600_000 })),
          () => slow.goOn,
          () => Effect.sync(() => vi.useRealTimers())
        )
        assert.deepStrictEqual(yield* rowsOf(destination, held), [[20, 20]])
        assert.lengthOf(dataFiles(at), 2)
        assert.notInclude(dataFiles(at), slept)
      })
  )

  it.live("hold their keys against what came meanwhile: a row that another has brought is there once", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(2)
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* slow.there
      yield* destination.commit(commitOfPart(at, "001B", { ids: ["001A000003", "001B000000"] }))
      assert.deepInclude(yield* slow.goOn, { inserted: 9, unchanged: 1, rows: 11 })
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[11, 11]])
    })
  )

  it.live("write their versions once, into a history that others have moved on meanwhile", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(parquetSubject, at)
      const schema = withSchema({ history: true })
      yield* destination.commit(cutIntoParts(partIds(3), { schema }))
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001B", { schema }))
      yield* slow.there
      const past = join(at, "acme", "Account_history")
      const written = [...dataFiles(at), ...readdirSync(join(past, "data"))]
      assert.lengthOf(written, 2)
      yield* destination.commit(commitOfPart(at, "001A", { schema }))
      yield* destination.commit(commitOfPart(at, "001C", { schema }))
      assert.deepInclude(yield* slow.goOn, { inserted: 10, rows: 30 })
      assert.includeMembers(
        [...currentFiles(tableOf(at)), ...currentFiles(past)],
        written.map((name) => `data/${name}`)
      )
      assert.lengthOf(currentFiles(past), 3)
      const versions = `SELECT count(*)::INTEGER, count(DISTINCT "Id")::INTEGER FROM "Account_history" WHERE is_current`
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[30, 30]])
      assert.deepStrictEqual(yield* rowsOf(destination, versions), [[30, 30]])
    })
  )

  it.live("remember the keys that went, with those that others have taken out meanwhile", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(parquetSubject, at)
      const ids = partIds(3)
      const schema = withSchema({ deletes: { soft: "remove", hard: "remove", flag: "IsDeleted" } })
      const withDeleted = (id: string, asOf = 1) => {
        const rows = rowIds(id, 4).map((key, row) => account(key, asOf, { IsDeleted: String(row === 3) }))
        return { ...commitOfPart(at, id, { schema }), segments: [segment(at, { work: id, asOf, rows })] }
      }
      yield* destination.commit(cutIntoParts(ids, { schema }))
      yield* destination.commit(withDeleted("001C"))
      const slow = yield* holdBefore(at, /_delta_log/, withDeleted("001B"))
      yield* slow.there
      const written = [...dataFiles(at)]
      yield* destination.commit(withDeleted("001A"))
      yield* slow.goOn
      assert.includeMembers(
        [...currentFiles(tableOf(at))],
        written.map((name) => `data/${name}`)
      )
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[9, 9]])
      // An older reading of the rows that went brings none of them back.
      const late = ids.flatMap((id) => rowIds(id, 4).map((key) => account(key, 0)))
      const older = commitAfter(4, { schema, segments: [segment(at, { asOf: 0, rows: late })] })
      assert.deepInclude(yield* destination.commit(older), { inserted: 0, rows: 9 })
    })
  )

  it.live("leave out a row whose deletion came meanwhile", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(2)
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* slow.there
      const gone = segment(at, {
        asOf: 5,
        effect: "delete",
        header: ["Id", "SystemModstamp"],
        rows: [{ Id: "001A000003", SystemModstamp: second(4) }]
      })
      yield* destination.commit({ ...commitOfPart(at, "001B"), segments: [gone] })
      yield* slow.goOn
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[9, 9]])
    })
  )

  it.live("add the same new column at once: the table's schema changes once", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(2)
      const schema = withSchema({
        columns: [
          ...accountSchema.columns,
          { name: "Fax", label: "Fax", type: { kind: "text" }, from: { header: "Fax" } }
        ]
      })
      const wide = (id: string) => {
        const rows = [account(`${id}1`, 1, { Fax: "123" })]
        const segments = [segment(at, { work: id, header: [...header, "Fax"], rows })]
        return { ...commitOfPart(at, id, { schema }), segments }
      }
      const slow = yield* holdBefore(at, /_delta_log/, wide("001A"))
      yield* slow.there
      const first = yield* destination.commit(wide("001B"))
      const later = yield* slow.goOn
      assert.deepStrictEqual(
        [first, later].map(({ schemaChanges }) => schemaChanges.map(({ kind }) => kind)),
        [["column-added"], []]
      )
      assert.lengthOf((yield* readByLog(at)).metaData, 2)
      const faxes = `SELECT count(*)::INTEGER FROM "Account" WHERE "Fax" = '123'`
      assert.deepStrictEqual(yield* rowsOf(destination, faxes), [[2]])
    })
  )

  it.live("do not believe a name of the log that is free again because they slept past its retention", () =>
    Effect.gen(function* () {
      const { at, destination, ids } = yield* cut(2)
      const frozen = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* frozen.there
      yield* destination.commit(commitOfPart(at, "001B"))
      yield* moveOn(destination, ids.slice(0, 1), 10, 2)
      for (const name of logVersions(tableOf(at)).slice(0, 10)) rmSync(join(tableOf(at), "_delta_log", name))
      assert.deepInclude(yield* frozen.goOn, { inserted: 10, rows: 20 })
      const later = yield* open(parquetSubject, at)
      assert.deepStrictEqual(yield* rowsOf(later, held), [[20, 20]])
      assert.strictEqual((yield* later.checkpoints).streams.Account?.version, 13)
    })
  )

  it.live("abort when a record was erased meanwhile, which their file may hold", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* cut(2)
      yield* destination.commit(commitOfPart(at, "001B"))
      const slow = yield* holdBefore(at, /_delta_log/, commitOfPart(at, "001A"))
      yield* slow.there
      yield* destination.erase("Account", "001A000003")
      assert.strictEqual(yield* codeOf(slow.goOn), "WRITER_CONFLICT")
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[10, 10]])
      assert.lengthOf(dataFiles(at), 1)
    })
  )

  it.live("read a generation that stays hidden until it is whole", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(parquetSubject, at)
      yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001Z", 1)] })] }))
      const ids = partIds(4)
      yield* destination.commit(cutIntoParts(ids, { generation: 2 }, 1))
      const writers = [yield* open(parquetSubject, at), yield* open(parquetSubject, at)]
      yield* Effect.forEach(
        ids,
        (id, turn) => writers[turn % 2]?.commit(commitOfPart(at, id, { generation: 2 })) ?? Effect.void,
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* rowsOf(destination, held), [[1, 1]])
      yield* destination.commit(commitAfter(6, { phase: "backfill", generation: 2, publish: true }))
      const live = `SELECT count(*)::INTEGER, count(DISTINCT "Id")::INTEGER FROM account_live`
      assert.deepStrictEqual(yield* rowsOf(destination, live), [[40, 40]])
    })
  )
})

describe("Parquet: processes that write parts", () => {
  const writer = new URL("./parquet-part-writer.ts", import.meta.url)
  const preload = fileURLToPath(new URL("./die-at-step.mjs", import.meta.url))
  const steps = 24

  it.live(
    "commit at once; of one that is killed nothing stays but files that go after a day",
    () =>
      Effect.gen(function* () {
        const { at, destination, ids } = yield* cut(10)
        const shares = [0, 1, 2].map((share) => ids.slice(0, 9).filter((_, turn) => turn % 3 === share))
        const dieAt = 1 + Math.floor(Math.random() * steps)
        const dying = `export NODE_OPTIONS='--import ${preload}' DIE_AT=${dieAt}`
        const children = yield* Effect.forEach(shares, (share, turn) =>
          start(writer, [at, "100", ...share], turn === 0 ? dying : undefined)
        )
        for (const child of children) yield* child.ended
        const lines = children.flatMap((child) => child.lines()).filter((line) => !line.startsWith("steps"))
        assert.isEmpty(lines.filter((line) => !line.startsWith("done")))
        const current = new Set(currentFiles(tableOf(at)).map((path) => path.slice("data/".length)))
        const dead = dataFiles(at).filter((name) => !current.has(name))
        assert.isAtMost(dead.length, 1)
        const yesterday = Date.now() / 1000 - 25 * 3600
        for (const name of dead) utimesSync(join(tableOf(at), "data", name), yesterday, yesterday)
        const left = (yield* destination.checkpoints).streams.Account?.work ?? []
        for (const { id } of left) yield* destination.commit(commitOfPart(at, id, { rows: 100 }))
        assert.deepStrictEqual(yield* rowsOf(destination, held), [[1000, 1000]], `died at ${dieAt}`)
        const { files, rows, keys } = yield* readByLog(at)
        assert.deepStrictEqual([files, rows, keys], [10, 1000, 1000])
        // The last of the parts was the tenth of the log, so it has swept.
        assert.lengthOf(dataFiles(at), 10)
      }),
    240_000
  )
})
