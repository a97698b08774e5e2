/** `decant serve`, the real command, against the emulator. */

import { readFile, rename, rm, writeFile } from "node:fs/promises"
import { createServer, type Server as HttpServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, afterEach, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"
import { type Server, startServer, until } from "./support/serve.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
const servers: Array<Server> = []
const workspaces: Array<Workspace> = []

beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
})

/** What a test left behind must not meet the next one. */
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop("SIGKILL")))
  await org.control("DELETE", "faults")
})

afterAll(async () => {
  await Promise.all(workspaces.map((workspace) => workspace.remove()))
  await org.stop()
})

const named = (name: string, more = ""): string =>
  specText(["Account"]).replace("name: test", `name: ${name}`).replace("test.duckdb", `${name}.duckdb`) + more

const everySecond = 'schedule: "* * * * * *"\n'

/** A folder with `acme.yaml` and no other spec. */
const open = async (more = ""): Promise<Workspace> => {
  const workspace = await openWorkspace(org.env)
  workspaces.push(workspace)
  await rm(workspace.path("decant.yaml"))
  await writeFile(workspace.path("acme.yaml"), named("acme", more))
  return workspace
}

const serve = async (...args: Parameters<typeof startServer>): Promise<Server> => {
  const server = await startServer(...args)
  servers.push(server)
  return server
}

/** Receives whatever is posted to it. */
const openReceiver = async () => {
  const bodies: Array<{ readonly path: string; readonly body: string }> = []
  const http: HttpServer = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      bodies.push({ path: request.url ?? "", body })
      response.writeHead(request.url?.startsWith("/broken") === true ? 500 : 200).end("{}")
    })
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    close: () => {
      http.closeAllConnections()
      http.close()
    }
  }
}

describe("decant serve", () => {
  it("runs a spec on its schedule, counts, remembers, and ends well when it is told to", async () => {
    const workspace = await open(everySecond)
    const server = await serve(workspace)
    const ended = await server.said("The sync ended as ok")
    assert.strictEqual(ended.spec, "acme")
    assert.match(ended.runId ?? "", /^[0-9a-f-]{36}$/)
    const inserted = 'decant_rows_total{spec="acme",stream="Account",change="inserted"}'
    await until("the rows to be counted", async () => (await server.metric(inserted)) === 510)
    await until(
      "a second run",
      async () => ((await server.metric('decant_runs_total{spec="acme",status="ok"}')) ?? 0) >= 2
    )
    const lag = await server.metric('decant_stream_lag_seconds{spec="acme",stream="Account"}')
    assert.isAtLeast(lag ?? -1, 0)
    assert.isAbove((await server.metric('decant_api_calls_total{spec="acme"}')) ?? 0, 5)
    assert.strictEqual(await server.metric('decant_api_budget_max{spec="acme"}'), 100_000)
    assert.isAbove((await server.metric('decant_next_run_timestamp_seconds{spec="acme"}')) ?? 0, 0)
    assert.deepStrictEqual(JSON.parse((await server.get("/healthz")).text), { status: "ok" })
    assert.deepStrictEqual(JSON.parse((await server.get("/readyz")).text), { status: "ready", reasons: [] })
    const { code } = await server.stop()
    assert.strictEqual(code, 0)
    assert.isTrue(server.log().some(({ message }) => message.includes("Stopped in good order")))

    await writeFile(workspace.path("acme.yaml"), named("acme"))
    const again = await serve(workspace)
    const kept = await again.metric('decant_stream_lag_seconds{spec="acme",stream="Account"}')
    assert.isAtLeast(kept ?? -1, 0)
    assert.isNull(await again.metric('decant_runs_total{spec="acme",status="ok"}'))
    assert.strictEqual((await again.stop()).code, 0)
  })

  it("stopped in the middle of a sync saves what it has, and goes on when it is back", async () => {
    const workspace = await open(everySecond)
    await org.control("POST", "faults", { match: { path: "/query" }, times: 3, action: { delayMs: 60_000 } })
    const server = await serve(workspace)
    await server.said("The sync begins")
    const { code } = await server.stop()
    assert.strictEqual(code, 0)
    assert.isTrue(server.log().some(({ message }) => message.includes("The sync ended as interrupted")))
    await org.control("DELETE", "faults")
    const again = await serve(workspace)
    await again.said("The sync ended as ok")
    await again.stop()
  })

  it("killed in the middle of a sync knows it was, and comes to the same end", async () => {
    const workspace = await open(everySecond)
    await org.control("POST", "faults", { match: { path: "/query" }, times: 3, action: { delayMs: 60_000 } })
    const server = await serve(workspace)
    await server.said("The sync begins")
    await server.stop("SIGKILL")
    await org.control("DELETE", "faults")
    const again = await serve(workspace)
    await again.said("The sync ended as ok")
    await again.stop()
    const { stdout } = await workspace.run([
      "query",
      "--spec",
      "acme.yaml",
      "--json",
      'SELECT count(*)::INT FROM "Account"'
    ])
    assert.deepStrictEqual(JSON.parse(stdout).rows, [[510]])
  })

  it("takes over files that are added, edited, broken, mended and deleted", async () => {
    const workspace = await open(everySecond)
    const server = await serve(workspace)
    await server.said("The sync ended as ok")

    await writeFile(workspace.path("other.yaml"), named("other", everySecond))
    await writeFile(workspace.path("compose.yaml"), "services: {}\n")
    await server.said("The spec other was added")
    await until(
      "a run of it",
      async () => ((await server.metric('decant_runs_total{spec="other",status="ok"}')) ?? 0) >= 1
    )
    assert.isNull(await server.metric('decant_spec_valid{spec="compose"}'))

    await writeFile(
      workspace.path("acme.yaml"),
      named("acme", everySecond).replace("object: Account", "objekt: Account")
    )
    const broken = await server.said("The version before it stays in use")
    assert.include(broken.message, "did you mean `object`")
    assert.strictEqual(await server.metric('decant_spec_valid{spec="acme"}'), 0)
    const before = (await server.metric('decant_runs_total{spec="acme",status="ok"}')) ?? 0
    await until("runs of the version before", async () => {
      return ((await server.metric('decant_runs_total{spec="acme",status="ok"}')) ?? 0) > before
    })

    // As editors and deployments do: a new file takes the place of the old one.
    await writeFile(workspace.path("acme.yaml.new"), named("acme"))
    await rename(workspace.path("acme.yaml.new"), workspace.path("acme.yaml"))
    await until("it to be mended", async () => (await server.metric('decant_spec_valid{spec="acme"}')) === 1)
    const next = 'decant_next_run_timestamp_seconds{spec="acme"}'
    await until("its schedule to be gone", async () => (await server.metric(next)) === null)

    await rm(workspace.path("other.yaml"))
    await server.said("The spec other was removed")
    assert.isNull(await server.metric('decant_runs_total{spec="other",status="ok"}'))

    await writeFile(workspace.path("twin.yaml"), named("acme", everySecond))
    assert.include((await server.said("is the name of acme.yaml already")).message, "It is not run")
    assert.include((await server.get("/readyz")).text, "twin has mistakes")
    await server.stop()
  })

  it("leaves a spec alone while a sync in a shell is at it, and says so", async () => {
    const workspace = await open(everySecond)
    await org.control("POST", "faults", { match: { path: "/query" }, times: 9, action: { delayMs: 60_000 } })
    const sync = workspace.start(["sync", "acme.yaml", "--json"])
    await until("the lock", async () => {
      const lock = await readFile(workspace.path(".decant/acme.checkpoint.json.lock"), "utf8").catch(() => "")
      return lock.includes(`${sync.child.pid}`) && lock.endsWith("\n")
    })
    const server = await serve(workspace)
    const skipped = await server.said("The sync ended as skipped")
    assert.include(skipped.message, `process ${sync.child.pid}`)
    await org.control("DELETE", "faults")
    sync.child.kill("SIGINT")
    assert.strictEqual((await sync.ended).code, 130)
    await server.said("The sync ended as ok")
    await server.stop()
    await org.control("DELETE", "faults")
  })

  it("tells a webhook and a command of failure, recovery and drift, and no secret", async () => {
    const receiver = await openReceiver()
    const alerts = `alerts:
  - webhook: \${ALERT_URL}
  - webhook: \${BROKEN_URL}
  - command: [node, -e, "process.stdin.pipe(require('node:fs').createWriteStream('told.jsonl', { flags: 'a' }))", "$(touch x); %PATH%"]
`
    const workspace = await open()
    const spec = named("acme", everySecond + alerts)
    await writeFile(
      workspace.path("acme.yaml"),
      spec.replace("object: Account", "object: Account\n      fields: all")
    )
    const token = "hush-hush-4711"
    const env = {
      ALERT_URL: `${receiver.url}/hook?token=${token}`,
      BROKEN_URL: `${receiver.url}/broken?token=${token}`
    }
    const server = await serve(workspace, { env })
    await server.said("The sync ended as ok")
    const alertsOf = (event: string) =>
      receiver.bodies
        .filter(({ path }) => path.startsWith("/hook"))
        .map(({ body }) => JSON.parse(body))
        .filter((alert) => alert.event === event)

    await org.control("POST", "schema/Account", { hideObject: true })
    const failure = await until("a failure", () => alertsOf("failure")[0])
    assert.deepInclude(failure, { spec: "acme", status: "failed" })
    assert.include(failure.text, "Account")
    await org.control("POST", "schema/Account", { hideObject: false })
    await until("a recovery", () => alertsOf("recovery")[0])
    await org.control("POST", "schema/Account", {
      addField: { name: "Colour__c", type: "string", label: "Colour" }
    })
    const drift = await until("a drift", () => alertsOf("drift")[0])
    assert.include(drift.text, "Colour__c")
    assert.strictEqual(alertsOf("failure").length, 1)
    await server.said("The alert could not be brought: the webhook answered 500")
    const told = await until("the command to be told all three", async () => {
      const text = await readFile(workspace.path("told.jsonl"), "utf8").catch(() => "")
      return text.split("\n").length > 3 ? text : null
    })
    await server.stop()
    receiver.close()
    const lines = told.split("\n").filter((line) => line !== "")
    assert.deepInclude(
      lines.map((line) => JSON.parse(line)),
      failure
    )
    const everything =
      JSON.stringify(server.log()) + JSON.stringify(receiver.bodies.map(({ body }) => body)) + told
    assert.notInclude(everything, token)
    assert.notInclude(everything, org.env.SALESFORCE_CLIENT_SECRET ?? "")
  })

  it("sends spans of each run, each stream and each call to a collector", async () => {
    const receiver = await openReceiver()
    const workspace = await open(everySecond)
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: "200" }
    const server = await serve(workspace, { env })
    const { runId = "" } = await server.said("The sync ended as ok")
    await server.stop()
    receiver.close()
    interface Span {
      readonly name: string
      readonly traceId: string
      readonly spanId: string
      readonly parentSpanId?: string
      readonly attributes: ReadonlyArray<{
        readonly key: string
        readonly value: { readonly stringValue?: string }
      }>
    }
    const spans: ReadonlyArray<Span> = receiver.bodies
      .filter(({ path }) => path === "/v1/traces")
      .flatMap(({ body }) => JSON.parse(body).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans)
    const run = spans.find(
      ({ name, attributes }) => name === "sync" && attributes.some(({ value }) => value.stringValue === runId)
    )
    assert.isDefined(run)
    const ofRun = spans.filter(({ traceId }) => traceId === run?.traceId)
    const stream = ofRun.find(({ name }) => name === "stream Account")
    assert.strictEqual(stream?.parentSpanId, run?.spanId)
    const calls = ofRun.filter(({ name }) => /^(GET|POST)$/.test(name))
    assert.isTrue(calls.some(({ parentSpanId }) => parentSpanId === stream?.spanId))
    const text = JSON.stringify(receiver.bodies)
    assert.notInclude(text, org.env.SALESFORCE_CLIENT_SECRET ?? "")
    assert.notMatch(text, /Bearer [\w!.]{10}/)
    assert.isTrue(receiver.bodies.some(({ path, body }) => path === "/v1/logs" && body.includes(runId)))
  })

  it("refuses what it cannot do, with the exit code that says why", async () => {
    const workspace = await open()
    await writeFile(workspace.path("broken.yaml"), named("broken").replace("version: 1", "version: 7"))
    const broken = await workspace.run(["serve", "broken.yaml", "--port", "0"])
    assert.strictEqual(broken.code, 2)
    assert.include(broken.stderr, "line 1")
    const missing = await workspace.run(["serve", "nowhere.yaml"])
    assert.strictEqual(missing.code, 2)
    assert.include(missing.stderr, "no spec file nowhere.yaml")
    const server = await serve(workspace)
    const second = await workspace.run(["serve", ".", "--port", "0"])
    assert.strictEqual(second.code, 6)
    assert.include(second.stderr, `process ${server.child.pid}`)
    const elsewhere = await open()
    const taken = await elsewhere.run(["serve", ".", "--port", new URL(server.url).port])
    assert.strictEqual(taken.code, 1)
    assert.include(taken.stderr, "cannot be listened on")
    await server.stop()
  })
})
