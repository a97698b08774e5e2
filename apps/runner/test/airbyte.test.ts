/** The source behind the Airbyte protocol: what it prints is our own copy, and it goes on where it stopped. */
import { readFileSync, writeFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import {
  configured,
  lastStates,
  recordsOf,
  type Spoken,
  speak,
  statusesOf,
  writeJson
} from "./support/airbyte.ts"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const objects = ["Account", "Contact", "Opportunity", "User"]

let org: Emulator
let workspace: Workspace
let discovered: Spoken
let first: Spoken

const configOf = (streams: ReadonlyArray<string>, auth?: unknown) => ({
  source: {
    environment: org.url,
    auth: auth ?? {
      method: "client-credentials",
      clientId: org.env.SALESFORCE_CLIENT_ID,
      clientSecret: org.env.SALESFORCE_CLIENT_SECRET
    },
    streams: streams.map((object) =>
      object === "Account"
        ? {
            object,
            roles: {
              logo: "Customer_Logo__c",
              reference: "Reference_Status__c",
              marketingRights: "Marketing_Rights__c"
            }
          }
        : { object }
    )
  }
})

const read = (state?: ReadonlyArray<unknown>, catalog = "catalog.json"): Promise<Spoken> =>
  speak(
    workspace,
    "read",
    "--config",
    "config.json",
    "--catalog",
    catalog,
    ...(state === undefined ? [] : ["--state", writeJson(workspace, "state.json", state)])
  )

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env)
  writeJson(workspace, "config.json", configOf(objects))
  discovered = await speak(workspace, "discover", "--config", "config.json")
  writeJson(workspace, "catalog.json", configured(discovered))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

type Row = Readonly<Record<string, unknown>>

/** Times to the millisecond in UTC, nested values as JSON with sorted keys. */
const plain = (value: unknown): unknown => {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) {
    return new Date(value.replace(" ", "T").replace(/\+00$/, "Z")).toISOString()
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, plain(inner)])
  )
}

type Rows = ReadonlyMap<string, unknown>

/** Of all objects at one time: a command costs a second on a busy machine. */
const ourRows = async (names: ReadonlyArray<string>): Promise<(object: string) => Rows> => {
  const sql = names
    .map((name) => `SELECT '${name}', to_json(stored)::VARCHAR FROM salesforce."${name}" stored`)
    .join(" UNION ALL ")
  const { code, stdout, stderr } = await workspace.run(["query", "--spec", "decant.yaml", "--json", sql])
  assert.strictEqual(code, 0, stderr)
  const found = (JSON.parse(stdout).rows as ReadonlyArray<readonly [string, string]>).map(([name, json]) => {
    const { _decant_as_of: _, ...row } = JSON.parse(json)
    return [name, row] as const
  })
  return (object) => new Map(found.filter(([name]) => name === object).map(([, row]) => [row.Id, plain(row)]))
}

/** As a destination that keeps one row per key, and takes out what is marked as gone. */
const deduplicated = (rows: Map<string, Row>, records: ReadonlyArray<Row>): Map<string, Row> => {
  for (const record of records) rows.set(String(record.Id), record)
  return rows
}

const withoutMark = ({ _ab_cdc_deleted_at: _, ...row }: Row): unknown => plain(row)

describe("decant airbyte", () => {
  it("prints the rows of our own copy, each stream from STARTED to COMPLETE, with states that count them", async () => {
    first = await read()
    assert.strictEqual(first.code, 0, first.stderr)
    assert.strictEqual((await workspace.sync()).report.status, "ok")
    const ours = await ourRows(objects)
    for (const object of objects) {
      const records = recordsOf(first, object)
      const own = ours(object)
      assert.strictEqual(records.length, own.size)
      for (const record of records) {
        assert.deepStrictEqual(withoutMark(record), own.get(String(record.Id)))
        assert.strictEqual(record._ab_cdc_deleted_at ?? null, record.IsDeleted ? record.SystemModstamp : null)
      }
      assert.deepStrictEqual(statusesOf(first, object), ["STARTED", "RUNNING", "COMPLETE"])
      const counted = first.messages.reduce(
        (sum, { state }) =>
          state?.stream.stream_descriptor.name === object ? sum + state.sourceStats.recordCount : sum,
        0
      )
      assert.strictEqual(counted, records.length)
      const estimate = first.messages.find(({ trace }) => trace?.estimate?.name === object)
      assert.strictEqual(estimate?.trace?.estimate?.row_estimate, records.length)
    }
    const states = first.text.split("\n").filter((line) => line.startsWith('{"type":"STATE"'))
    for (const line of states) assert.match(line, /"recordCount":\d+\.0}/)
  })

  it("brings what changed since its state, and says of rows that went away since when they are gone", async () => {
    const ids = (await org.truth("Account")).map((row) => String(row.Id))
    await org.records("Account", {
      insert: [{ Name: "New ✓", AnnualRevenue: 1.5e15 }],
      update: ids.slice(0, 20).map((Id) => ({ Id, Name: `Renamed "${Id}"\nand more`, BillingCity: null })),
      delete: ids.slice(20, 25),
      hardDelete: ids.slice(25, 28)
    })
    const second = await read(lastStates(first))
    assert.strictEqual(second.code, 0, second.stderr)
    assert.isBelow(recordsOf(second, "Account").length, 100)
    assert.strictEqual((await workspace.sync()).report.status, "ok")
    const rows = deduplicated(new Map(), [...recordsOf(first, "Account"), ...recordsOf(second, "Account")])
    const own = (await ourRows(["Account"]))("Account")
    for (const [id, row] of rows) {
      const ours = own.get(id) as Row | undefined
      if (row._ab_cdc_deleted_at == null) assert.deepStrictEqual(withoutMark(row), ours)
      else assert.strictEqual(ours?.IsDeleted, true, id)
    }
    assert.strictEqual(rows.size, own.size)
    for (const id of ids.slice(20, 28)) assert.isString(rows.get(id)?._ab_cdc_deleted_at)
  })

  it("goes on with the same Bulk job after a download that broke off", async () => {
    await org.control("POST", "faults", {
      match: { path: "/results" },
      times: 50,
      action: { status: 400, body: JSON.stringify([{ errorCode: "UNKNOWN", message: "Not now" }]) }
    })
    const broken = await read()
    await org.control("DELETE", "faults")
    assert.strictEqual(broken.code, 1)
    assert.strictEqual(statusesOf(broken, "Contact").at(-1), "INCOMPLETE")
    assert.isDefined(broken.messages.find(({ trace }) => trace?.error?.stream_descriptor?.name === "Contact"))
    const jobs = async () =>
      (await org.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/jobs/query"))
        .length
    const before = await jobs()
    const rest = await read(lastStates(broken))
    assert.strictEqual(rest.code, 0, rest.stderr)
    assert.strictEqual(await jobs(), before)
    const idsOf = (spoken: Spoken) => new Set(recordsOf(spoken, "Contact").map(({ Id }) => Id))
    assert.deepStrictEqual(idsOf(rest), idsOf(first))
  })

  it("resumes a full refresh within its generation only, and reads none that is finished", async () => {
    const catalog = (generation: number) => {
      const all = configured(discovered, "full_refresh", { generation_id: generation }) as {
        readonly streams: ReadonlyArray<{ readonly stream: { readonly name: string } }>
      }
      return writeJson(workspace, `full-${generation}.json`, {
        streams: all.streams.filter(({ stream }) => stream.name === "User")
      })
    }
    const one = await read(undefined, catalog(1))
    assert.isAbove(recordsOf(one, "User").length, 0)
    const again = await read(lastStates(one), catalog(1))
    assert.strictEqual(recordsOf(again, "User").length, 0)
    assert.deepStrictEqual(statusesOf(again, "User"), ["STARTED", "COMPLETE"])
    const next = await read(lastStates(one), catalog(2))
    assert.strictEqual(recordsOf(next, "User").length, recordsOf(one, "User").length)
  })

  it("takes states of Airbyte's own source and checkpoint files of decant sync", async () => {
    // Of a longer silence Salesforce does not say what was deleted, and all rows are read.
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
    const since = ago(10)
    const fresh = recordsOf(first, "Contact").filter(({ SystemModstamp }) => String(SystemModstamp) >= since)
    assert.isBelow(fresh.length, recordsOf(first, "Contact").length)
    const stateOf = (name: string, stream_state: unknown) => ({
      type: "STREAM",
      stream: { stream_descriptor: { name }, stream_state }
    })
    const slices = [
      { start: "2020-01-01T00:00:00.000Z", end: since },
      { start: ago(5), end: ago(1) }
    ]
    const airbytes = await read([
      stateOf("Contact", { state_type: "date-range", slices }),
      stateOf("Opportunity", { SystemModstamp: since.replace("Z", "+0000") })
    ])
    assert.strictEqual(airbytes.code, 0, airbytes.stderr)
    const ids = new Set(recordsOf(airbytes, "Contact").map(({ Id }) => Id))
    for (const { Id } of fresh) assert.isTrue(ids.has(Id))
    assert.isBelow(ids.size, recordsOf(first, "Contact").length)
    assert.isBelow(recordsOf(airbytes, "Opportunity").length, recordsOf(first, "Opportunity").length)

    const checkpoint = JSON.parse(readFileSync(workspace.path(".decant/test.checkpoint.json"), "utf8"))
    const ours = await speak(
      workspace,
      ...["read", "--config", "config.json", "--catalog", "catalog.json"],
      ...["--state", writeJson(workspace, "checkpoint.json", checkpoint)]
    )
    assert.strictEqual(ours.code, 0, ours.stderr)
    assert.isBelow(recordsOf(ours, "Contact").length, 50)
  })

  it("gives its state to decant sync, which begins there and fetches what is missing when it is asked to", async () => {
    const spec = readFileSync(workspace.path("decant.yaml"), "utf8")
    writeFileSync(
      workspace.path("later.yaml"),
      spec.replace("name: test", "name: later").replace("./test.", "./later.")
    )
    writeJson(workspace, "begin.json", lastStates(first))
    const begun = await workspace.run([
      "sync",
      "later.yaml",
      "--json",
      "--stream",
      "User",
      "--state",
      "begin.json"
    ])
    assert.strictEqual(begun.code, 0, begun.stderr)
    assert.match(begun.stderr, /User begins with what has changed since/)
    assert.deepInclude(JSON.parse(begun.stdout).streams[0], { mode: "incremental", status: "ok" })
    const mended = await workspace.run(["verify", "later.yaml", "--stream", "User", "--repair"])
    assert.strictEqual(mended.code, 0, mended.stdout + mended.stderr)
    const { stdout } = await workspace.run([
      "query",
      "--spec",
      "later.yaml",
      "--json",
      'SELECT count(*) FROM salesforce."User"'
    ])
    assert.strictEqual(Number(JSON.parse(stdout).rows[0][0]), recordsOf(first, "User").length)
  })

  it("answers a check with FAILED where the config is wrong, and keeps a failed stream from stopping others", async () => {
    const { clientSecret: _, ...auth } = configOf([]).source.auth as Row
    const wrong = { ...auth, clientSecret: "not the secret" }
    writeJson(workspace, "wrong.json", configOf(["Account"], wrong))
    const refused = await speak(workspace, "check", "--config", "wrong.json")
    assert.strictEqual(refused.code, 0)
    const answer = refused.messages.find(({ type }) => type === "CONNECTION_STATUS")?.connectionStatus
    assert.strictEqual(answer?.status, "FAILED")
    assert.notInclude(refused.text + refused.stderr, "not the secret")

    const gone = JSON.parse(readFileSync(workspace.path("catalog.json"), "utf8"))
    gone.streams = gone.streams.filter(({ stream }: { stream: Row }) => stream.name === "User")
    gone.streams.push({ ...gone.streams[0], stream: { ...gone.streams[0].stream, name: "Gone__c" } })
    const partly = await read(undefined, writeJson(workspace, "gone.json", gone))
    assert.strictEqual(partly.code, 1)
    assert.deepStrictEqual(statusesOf(partly, "Gone__c"), ["STARTED", "INCOMPLETE"])
    assert.deepStrictEqual(statusesOf(partly, "User"), ["STARTED", "RUNNING", "COMPLETE"])
    const error = partly.messages.find(({ trace }) => trace?.error)?.trace?.error
    assert.strictEqual(error?.failure_type, "config_error")
  })
})
