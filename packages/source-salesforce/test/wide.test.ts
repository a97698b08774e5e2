/** Objects of more columns than an address holds: by Bulk as a whole, by REST in parts that must agree. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, layer, vi } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { salesforce } from "../src/index.ts"
import { columnParts, mergeParts, sizeOf } from "../src/rest/row-parts.ts"
import { Emulator, type Org } from "./emulator.ts"
import { type Before, forwarder } from "./forwarder.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, sync } from "./table.ts"

vi.setConfig({ testTimeout: 60_000 })

const longName = (at: number): string => `Measured_Quantity_Of_The_Plant_${String(at).padStart(4, "0")}__c`

const audit = ["CreatedDate", "LastModifiedDate", "SystemModstamp"]

const broad = {
  name: "Broad__c",
  label: "Broad",
  custom: true,
  queryable: true,
  createable: true,
  updateable: true,
  deletable: true,
  replicateable: true,
  fields: [
    { name: "Id", type: "id", label: "Id", filterable: true },
    { name: "IsDeleted", type: "boolean", label: "Deleted", filterable: true },
    ...audit.map((name) => ({ name, type: "datetime", label: name, filterable: true, sortable: true })),
    ...Array.from({ length: 450 }, (_, at) => ({
      name: longName(at),
      type: "string",
      label: `Quantity ${at}`,
      length: 30,
      custom: true,
      createable: true,
      updateable: true,
      nillable: true
    }))
  ]
}

/** An org with such an object, from a file that is there for as long as the emulator is. */
const BroadOrg = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "decant-broad-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    ),
    (folder) => {
      const file = join(folder, "org.json")
      writeFileSync(file, JSON.stringify([broad]))
      return Emulator.with("--dataset", "demo", "--schema-from", file, "--rows", "Broad__c=60")
    }
  )
)

const [first, last] = [longName(0), longName(449)]

const opened = (org: Org, before: Before = () => Effect.void) =>
  Effect.gen(function* () {
    const spec = yield* org.spec("[{ object: Broad__c, fields: all }]")
    const url = yield* forwarder(org.url, before)
    return yield* salesforce.open({
      spec: { ...spec, source: { ...spec.source, environment: url } },
      folder: "."
    })
  })

const refuseBulk = (org: Org, times: number) =>
  org.fault(
    "/jobs/query",
    {
      status: 400,
      body: [{ errorCode: "INVALIDENTITY", message: "Broad__c is not supported by the Bulk API" }]
    },
    times
  )

layer(BroadOrg, { excludeTestServices: true, timeout: "1 minute" })("a row of 455 columns", (it) => {
  it.effect("is read by Bulk, and by REST while few change", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      const source = yield* opened(org)
      const table = newTable()
      yield* sync(source, "Broad__c", table, spool)
      assert.strictEqual((yield* source.usage("Broad__c")).api, "bulk")
      assert.strictEqual(table.rows.size, 60)
      assert.deepStrictEqual(differences(table, yield* org.truth("Broad__c")), [])
      const ids = [...table.rows.keys()].slice(0, 20)
      yield* org.records("Broad__c", { update: ids.map((Id) => ({ Id, [first]: "new", [last]: "new" })) })
      yield* org.control("POST", "clock", { advanceSeconds: 3600 })
      yield* org.forget
      yield* sync(source, "Broad__c", table, spool)
      assert.deepStrictEqual(differences(table, yield* org.truth("Broad__c")), [])
      const asked = yield* org.requests
      assert.isFalse(asked.some((line) => line.includes("/jobs/")))
      assert.isAbove(asked.filter((line) => line.includes("/queryAll")).length, 2)
    }).pipe(Effect.scoped)
  )

  it.effect("comes by REST where Bulk refuses the object, each from one moment", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      yield* refuseBulk(org, 1)
      let parts = 0
      let changed = 0
      const change = (path: string): Effect.Effect<void> => {
        const [, id] = /WHERE Id IN \('(\w+)'/.exec(path) ?? []
        if (id === undefined) return Effect.void
        parts++
        // Every second of the first parts finds its first row changed since the one before.
        if (parts % 2 !== 0 || changed >= 3) return Effect.void
        changed++
        const value = `change ${changed}`
        return Effect.asVoid(org.records("Broad__c", { update: [{ Id: id, [first]: value, [last]: value }] }))
      }
      const source = yield* opened(org, ({ path }) => change(path))
      const table = newTable()
      yield* sync(source, "Broad__c", table, spool)
      assert.strictEqual((yield* source.usage("Broad__c")).api, "rest")
      assert.strictEqual(changed, 3)
      assert.deepStrictEqual(differences(table, yield* org.truth("Broad__c")), [])
    }).pipe(Effect.scoped)
  )

  it.effect("that never stands still fails its stream, and nothing torn is given out", () =>
    Effect.gen(function* () {
      const org = yield* Emulator
      const spool = yield* spoolFolder
      yield* refuseBulk(org, 1)
      let value = 0
      const source = yield* opened(org, ({ path }) => {
        const [, id] = /WHERE Id IN \('(\w+)'/.exec(path) ?? []
        if (id === undefined) return Effect.void
        return org
          .control("POST", "clock", { advanceSeconds: 1 })
          .pipe(Effect.andThen(org.records("Broad__c", { update: [{ Id: id, [first]: `${value++}` }] })))
      })
      const table = newTable()
      const error = yield* Effect.flip(Effect.asVoid(sync(source, "Broad__c", table, spool)))
      assert.strictEqual(error.code, "ROW_TORN")
      assert.strictEqual(table.rows.size, 0)
    }).pipe(Effect.scoped)
  )

  it.effect("has parts that all name it, none longer than it may be", () =>
    Effect.sync(() => {
      const select = ["Id", "SystemModstamp", ...Array.from({ length: 450 }, (_, at) => longName(at))]
      const parts = columnParts(select, { stamp: "SystemModstamp", room: 6000 })
      assert.isAbove(parts.length, 2)
      for (const part of parts) {
        assert.deepStrictEqual(part.slice(0, 2), ["Id", "SystemModstamp"])
        assert.isAtMost(sizeOf(part), 6000)
      }
      assert.deepStrictEqual([...new Set(parts.flat())], select)
      assert.deepStrictEqual(columnParts(["Id", "Name"], { stamp: null, room: 6000 }), [["Id", "Name"]])
    })
  )

  it.effect("is whole when its parts have one stamp of a second that is over", () =>
    Effect.sync(() => {
      const at = (Id: string, stamp: string, more: object = {}) => ({ Id, SystemModstamp: stamp, ...more })
      const [old, now] = ["2026-11-21T10:00:00.000+0000", "2026-11-21T11:00:00.000+0000"]
      const merged = mergeParts(
        [
          [at("a", old, { Owner: { Name: "x" } }), at("b", old), at("c", now), at("d", old)],
          [at("a", old, { Owner: { City: "y" }, Z: "1" }), at("b", now), at("c", now)]
        ],
        { stamp: "SystemModstamp", settledBefore: Date.parse(now) }
      )
      assert.deepStrictEqual(merged.open, ["b", "c", "d"])
      assert.deepStrictEqual(merged.whole, [
        { Id: "a", SystemModstamp: old, Owner: { Name: "x", City: "y" }, Z: "1" }
      ])
    })
  )
})
