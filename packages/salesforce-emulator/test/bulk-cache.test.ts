import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change } from "./support/queries.ts"

const root = "/services/data/v67.0/jobs/query"

const send = (path: string, method: string, body?: unknown) =>
  Effect.flatMap(EmulatedOrg, ({ call }) =>
    call(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } })
    })
  )

const runJob = (query: string, shape: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const { json } = yield* send(root, "POST", { operation: "queryAll", query, ...shape })
    let { state } = json
    while (state !== "JobComplete") {
      yield* Effect.sleep(10)
      state = (yield* send(`${root}/${json.id}`, "GET")).json.state
      assert.notStrictEqual(state, "Failed")
    }
    return json.id as string
  })

const results = (id: string) => Effect.map(send(`${root}/${id}/results`, "GET"), ({ text }) => text)

/** How many results the emulator holds on disk. */
const held = Effect.map(EmulatedOrg, ({ org }) => {
  try {
    return readdirSync(join(org.folder, "bulk", "results")).length
  } catch {
    return 0
  }
})

layer(EmulatedOrg.layer({ bulkQueueMs: 0, bulkRunMs: 0 }), { excludeTestServices: true, timeout: 60_000 })(
  "results of the same query",
  (it) => {
    const soql = "SELECT Name FROM Account ORDER BY Name"

    it.effect("are made once while nothing changes, and anew after a change", () =>
      Effect.gen(function* () {
        const [a] = (yield* change("Account", { insert: [{ Name: "A" }] })).inserted
        const first = yield* runJob(soql)
        const second = yield* runJob(soql)
        assert.strictEqual(yield* held, 1)
        assert.strictEqual(yield* results(second), yield* results(first))
        const piped = yield* runJob(soql, { columnDelimiter: "PIPE", lineEnding: "CRLF" })
        assert.strictEqual(yield* results(piped), '"Name"\r\n"A"\r\n')
        assert.strictEqual(yield* held, 2)

        yield* change("Account", { update: [{ Id: a, Name: "B" }] })
        const third = yield* runJob(soql)
        assert.strictEqual(yield* results(third), '"Name"\n"B"\n')
        assert.strictEqual(yield* results(first), '"Name"\n"A"\n')
        assert.strictEqual(yield* held, 3)
      })
    )

    it.effect("are those of the same rows, however the query tells which", () =>
      Effect.gen(function* () {
        const { control } = yield* EmulatedOrg
        yield* control("reset", {})
        yield* change("Account", {
          insert: [
            { Name: "A", SystemModstamp: "2024-01-01T00:00:00Z" },
            { Name: "B", SystemModstamp: "2024-03-01T00:00:00Z" }
          ]
        })
        const before = (stamp: string) =>
          Effect.flatMap(runJob(`SELECT Name FROM Account WHERE SystemModstamp < ${stamp}`), results)
        assert.strictEqual(yield* before("2024-04-01T00:00:00Z"), '"Name"\n"A"\n"B"\n')
        assert.strictEqual(yield* before("2024-05-01T00:00:00Z"), '"Name"\n"A"\n"B"\n')
        assert.strictEqual(yield* held, 1)
        assert.strictEqual(yield* before("2024-02-01T00:00:00Z"), '"Name"\n"A"\n')
        assert.strictEqual(yield* held, 2)
        const named = yield* runJob("SELECT Name FROM Account WHERE Name = 'B'")
        assert.strictEqual(yield* results(named), '"Name"\n"B"\n')
        const other = yield* runJob("SELECT Id FROM Account WHERE SystemModstamp < 2024-02-01T00:00:00Z")
        assert.match(yield* results(other), /^"Id"\n"001/)
        assert.strictEqual(yield* held, 4)
        const apps = (name: string) =>
          Effect.flatMap(runJob(`SELECT Label FROM AppDefinition WHERE Label = '${name}'`), results)
        assert.strictEqual(yield* apps("Sales"), '"Label"\n"Sales"\n')
        assert.strictEqual(yield* apps("Service"), '"Label"\n"Service"\n')
      })
    )

    it.effect("stay as long as a job of them does, and go with the last", () =>
      Effect.gen(function* () {
        const { control } = yield* EmulatedOrg
        yield* control("reset", {})
        assert.strictEqual(yield* held, 0)
        yield* change("Account", { insert: [{ Name: "A" }] })
        const jobs = yield* Effect.forEach([1, 2, 3], () => runJob(soql), { concurrency: 3 })
        assert.strictEqual(yield* held, 1)
        yield* change("Account", { insert: [{ Name: "B" }] })
        for (const [at, id] of jobs.entries()) {
          assert.strictEqual(yield* results(id), '"Name"\n"A"\n')
          assert.strictEqual((yield* send(`${root}/${id}`, "DELETE")).status, 204)
          assert.strictEqual(yield* held, at === 2 ? 0 : 1)
        }
      })
    )
  }
)
