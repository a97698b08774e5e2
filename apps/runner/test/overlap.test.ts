/** Jobs of several streams run at the same time, and so do downloads, but no more than the org bears. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { type Emulator, startEmulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const streams = ["Account", "Contact", "Opportunity", "User", "Lead", "Case", "Task"]

let org: Emulator
const workspaces: Array<Workspace> = []

beforeAll(async () => {
  org = await startEmulator(
    "--dataset",
    "scale",
    "--rows",
    streams.map((stream) => `${stream}=30`).join(","),
    "--switch",
    "bulkRunMs=2000"
  )
})

afterAll(async () => {
  await Promise.all(workspaces.map((workspace) => workspace.remove()))
  await org.stop()
})

interface Call {
  readonly method: string
  readonly path: string
  readonly time: string
  readonly durationMs: number
}

interface Span {
  readonly from: number
  readonly to: number
}

const spanOf = ({ time, durationMs }: Call): Span => ({
  from: Date.parse(time),
  to: Date.parse(time) + durationMs
})

/** How many of the spans there were at one time. */
const atOnce = (spans: ReadonlyArray<Span>): number =>
  Math.max(...spans.map(({ from }) => spans.filter((span) => span.from <= from && from < span.to).length))

const backfill = async () => {
  const workspace = await openWarmWorkspace(org.env, specText(streams))
  workspaces.push(workspace)
  await org.control("DELETE", "faults")
  await org.control("POST", "faults", { match: { path: "/results" }, times: 50, action: { delayMs: 700 } })
  await org.control("DELETE", "requests")
  const { code, report } = await workspace.sync()
  assert.strictEqual(code, 0)
  assert.deepStrictEqual(
    report.streams.map(({ api }) => api),
    streams.map(() => "bulk" as const)
  )
  const calls = (await org.control("GET", "requests")) as ReadonlyArray<Call>
  const of = (method: string, path: RegExp) =>
    calls.filter((call) => call.method === method && path.test(call.path)).map(spanOf)
  return { jobs: of("POST", /\/jobs\/query$/), downloads: of("GET", /\/results$/) }
}

describe("streams of one run", () => {
  it("have their jobs at the same time, all made before the first result is there", async () => {
    const { jobs, downloads } = await backfill()
    assert.strictEqual(jobs.length, streams.length)
    assert.strictEqual(downloads.length, streams.length)
    const lastJob = Math.max(...jobs.map(({ from }) => from))
    assert.isBelow(lastJob, Math.min(...downloads.map(({ from }) => from)))
    assert.isAbove(atOnce(downloads), 2)
    assert.isAtMost(atOnce(downloads), 4)
  })

  it("download two at a time from a Developer Edition", async () => {
    const [organization] = await org.truth("Organization")
    await org.records("Organization", {
      update: [{ Id: organization?.Id, OrganizationType: "Developer Edition" }]
    })
    const { downloads } = await backfill()
    assert.strictEqual(atOnce(downloads), 2)
  })
})
