/** The connectors of docs/writing-a-source.md and docs/writing-a-destination.md, run by the runner's own sync. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Destination, ReadyStream, StreamCheckpoint } from "@decant/connector"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Semaphore } from "effect"
// biome-ignore lint/style/noRestrictedImports: the example itself is what is tested
import { csvFolder } from "../../../examples/connectors/csv-folder.ts"
// biome-ignore lint/style/noRestrictedImports: the example itself is what is tested
import { jsonl } from "../../../examples/connectors/jsonl.ts"
import { newTally } from "../src/sync/stream-tally.ts"
import { syncStream } from "../src/sync/sync-stream.ts"

const folder = mkdtempSync(join(tmpdir(), "decant-own-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const made = (name: string): string => mkdtempSync(join(folder, `${name}-`))

const put = (source: string, name: string, lines: ReadonlyArray<string>) =>
  writeFileSync(join(source, `${name}.csv`), `${lines.join("\n")}\n`)

/** What `decant sync` does with each stream. */
const pour = (from: string, destination: Destination) =>
  Effect.gen(function* () {
    const source = csvFolder(from)
    const { streams } = yield* destination.checkpoints
    const plans = yield* source.plan({ checkpoints: streams, only: [], fullRefresh: [] })
    const turn = yield* Semaphore.make(1)
    for (const plan of plans as ReadonlyArray<ReadyStream>) {
      yield* Effect.scoped(
        syncStream({
          plan,
          source,
          destination,
          storedVersion: streams[plan.stream]?.version ?? 0,
          checkpointFile: { record: () => Effect.void },
          spool: made("spool"),
          tally: newTally(plan, null),
          turn,
          report: () => Effect.void
        })
      )
    }
  })

/** As a reader finds it: the newest version names the file. */
const rowsIn = (copy: string, stream: string): ReadonlyArray<unknown> => {
  const versions = readdirSync(join(copy, stream)).flatMap((name) =>
    Number(/^(\d+)\.json$/.exec(name)?.[1] ?? [])
  )
  const { visible } = JSON.parse(readFileSync(join(copy, stream, `${Math.max(...versions)}.json`), "utf8"))
  const text = readFileSync(join(copy, stream, visible), "utf8")
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
}

describe("a source and a destination of one's own", () => {
  it.effect("make a copy that follows the files, and leave alone what has not changed", () =>
    Effect.gen(function* () {
      const [from, to] = [made("csv"), made("jsonl")]
      put(from, "people", ["id,name", '1,"Ada, ""the"" first"', '2,"two\nlines"', "3,"])
      put(from, "places", ["code,town", "a,Ulm"])
      yield* pour(from, jsonl(to))
      assert.deepStrictEqual(rowsIn(to, "people"), [
        { id: "1", name: 'Ada, "the" first' },
        { id: "2", name: "two\nlines" },
        { id: "3", name: null }
      ])
      const before = readdirSync(join(to, "places"))
      put(from, "people", ["id,name", "2,two", "4,four"])
      yield* pour(from, jsonl(to))
      assert.deepStrictEqual(rowsIn(to, "people"), [
        { id: "2", name: "two" },
        { id: "4", name: "four" }
      ])
      assert.deepStrictEqual(readdirSync(join(to, "places")), before)
    })
  )

  it.effect(
    "keep the contract: the same segment once, two writers, a hidden generation, a row that goes",
    () =>
      Effect.gen(function* () {
        const to = made("jsonl")
        const destination = jsonl(to)
        const path = join(made("spool"), "one.csv")
        const first: StreamCheckpoint = {
          version: 1,
          phase: "incremental",
          generation: 1,
          cursorField: null,
          cursor: null,
          work: [],
          schemaFingerprint: null,
          accessFingerprint: null,
          deletesCoveredTo: null,
          formulasRefreshedAt: null,
          reconciledAt: null,
          rows: 0,
          updatedAt: "2026-01-01T00:00:00.000Z"
        }
        const of = (
          id: string,
          lines: ReadonlyArray<string>,
          checkpoint: Partial<StreamCheckpoint>,
          gone = false
        ) => {
          writeFileSync(path, `id\n${lines.join("\n")}\n`)
          const next = { ...first, ...checkpoint }
          return {
            stream: "things",
            checkpoint: next,
            expectedVersion: next.version - 1,
            publish: false,
            schema: {
              stream: "things",
              table: "things",
              key: ["id"],
              guard: null,
              deletes: { soft: "remove", hard: "remove", flag: null },
              history: false,
              columns: [{ name: "id", label: "id", type: { kind: "text" }, from: { header: "id" } }],
              views: []
            },
            segments: [
              {
                id,
                stream: "things",
                generation: next.generation,
                work: "w",
                effect: gone ? "delete" : "upsert",
                files: [{ path, gzip: false, rows: lines.length, bytes: 1 }],
                header: ["id"],
                asOf: first.updatedAt,
                covers: {}
              }
            ]
          } as const
        }
        yield* destination.commit(of("a", ["1", "2"], {}))
        assert.deepStrictEqual(rowsIn(to, "things"), [{ id: "1" }, { id: "2" }])
        const stale = yield* Effect.flip(destination.commit(of("b", ["9"], {})))
        assert.strictEqual(stale.code, "JSONL_CONFLICT")
        yield* destination.commit(of("b", ["2"], { version: 2 }, true))
        // A segment that is in already changes nothing, whatever its file says by now.
        yield* destination.commit(of("a", ["7"], { version: 3 }))
        assert.deepStrictEqual(rowsIn(to, "things"), [{ id: "1" }])
        const again = { version: 4, phase: "full", generation: 2 } as const
        yield* destination.commit(of("c", ["5"], again))
        assert.deepStrictEqual(rowsIn(to, "things"), [{ id: "1" }])
        yield* destination.commit({ ...of("d", ["6"], { ...again, version: 5 }), publish: true })
        assert.deepStrictEqual(rowsIn(to, "things"), [{ id: "5" }, { id: "6" }])
        const both = yield* Effect.all(
          ["e", "f"].map((id) =>
            Effect.result(jsonl(to).commit(of(id, ["8"], { version: 6, generation: 2 })))
          ),
          { concurrency: 2 }
        )
        assert.strictEqual(both.filter(({ _tag }) => _tag === "Success").length, 1)
      })
  )

  it("stand in the documents as they were run", () => {
    const root = new URL("../../../", import.meta.url)
    for (const [page, code] of [
      ["docs/writing-a-source.md", "examples/connectors/csv-folder.ts"],
      ["docs/writing-a-destination.md", "examples/connectors/jsonl.ts"]
    ] as const) {
      const text = readFileSync(new URL(page, root), "utf8")
      assert.include(text, `\`\`\`ts\n${readFileSync(new URL(code, root), "utf8")}\`\`\``, page)
    }
  })
})
