/** `decant load` as a person or a script uses it, from a file and from the copy, killed and resumed. */
import { readdirSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
  workspace = await openWarmWorkspace(org.env, specText(["Account"]))
})
afterAll(async () => {
  await workspace?.remove()
  await org?.stop()
})

const json = async (...args: ReadonlyArray<string>) => {
  const ended = await workspace.run([...args, "--json"])
  try {
    return { ...ended, document: JSON.parse(ended.stdout) }
  } catch {
    throw new Error(`not one JSON document (exit ${ended.code}):\n${ended.stdout}\n${ended.stderr}`)
  }
}

const file = (name: string, text: string): Promise<void> => writeFile(workspace.path(name), text)

const leads = (count: number, tag: string): string =>
  `Surname,Company\n${Array.from({ length: count }, (_, at) => `${at % 10 === 9 ? "" : `${tag} ${at}`},Acme`).join("\n")}\n`

const loaded = async (tag: string): Promise<number> =>
  (await org.truth("Lead")).filter(
    ({ LastName, IsDeleted }) => IsDeleted === false && String(LastName).startsWith(`${tag} `)
  ).length

const lead = ["--object", "Lead", "--operation", "insert", "--map", "Surname=LastName"]

describe("decant load", () => {
  it("shows the plan, then loads, and says which rows were refused", async () => {
    await file("plan.csv", leads(50, "plan"))
    const plan = await json("load", "plan.csv", ...lead, "--dry-run")
    assert.strictEqual(plan.code, 0, plan.stderr)
    assert.deepInclude(plan.document, { dryRun: true, rows: 50, api: "collections", parts: 1 })
    assert.deepStrictEqual(plan.document.columns[0], { column: "Surname", field: "LastName" })
    assert.strictEqual(await loaded("plan"), 0)
    const done = await json("load", "plan.csv", ...lead)
    assert.strictEqual(done.code, 3)
    assert.deepInclude(done.document, { rows: 50, succeeded: 45, failed: 5 })
    assert.strictEqual(await loaded("plan"), 45)
    const failures = readFileSync(done.document.failureFile, "utf8").trimEnd().split("\n")
    assert.strictEqual(failures[0], "sf__Id,sf__Error,LastName,Company")
    assert.strictEqual(failures.length, 6)
    const remove = ["--object", "Lead", "--operation", "delete", "--map", "sf__Id=Id"]
    const unasked = await workspace.run(["load", done.document.successFile, ...remove])
    assert.strictEqual(unasked.code, 2)
    assert.include(unasked.stderr, "Delete 45 records of Lead?")
    const removed = await workspace.run(["load", done.document.successFile, ...remove, "--yes"])
    assert.strictEqual(removed.code, 0, removed.stderr)
    assert.include(removed.stdout, "Lead: 45 of 45 rows written (delete).")
    assert.strictEqual(await loaded("plan"), 0)
  })

  it("says what does not fit, and what the command line lacks", async () => {
    await file("unfit.csv", "Surname,Compny\nA,B\n")
    const unfit = await json("load", "unfit.csv", ...lead)
    assert.strictEqual(unfit.code, 2)
    assert.include(
      unfit.document.error.message,
      "Compny: Lead has no such field that this user may see. Did you mean Company?"
    )
    const lacks = await workspace.run(["load", "unfit.csv", "--object", "Lead"])
    assert.strictEqual(lacks.code, 2)
    assert.include(lacks.stderr, "--operation")
    const unknown = await workspace.run(["load", "--resume", "750000000000000"])
    assert.strictEqual(unknown.code, 2)
    assert.include(unknown.stderr, "decant load --list")
  })

  it("killed in the middle of an upload, goes on by the id of its job without a row twice", async () => {
    await file("killed.csv", leads(400, "killed"))
    // The upload reaches the org, but later than we are gone.
    const match = { method: "PUT", path: "/batches" }
    await org.control("POST", "faults", { match, times: 1, action: { delayMs: 30_000 } })
    const running = workspace.start(["load", "killed.csv", ...lead, "--api", "bulk"])
    const folder = workspace.path(".decant/loads")
    const jobSeen = (): string | undefined => {
      const texts = readdirSync(folder, { withFileTypes: true })
        .filter(({ name }) => name.endsWith(".json"))
        .map(({ name }) => readFileSync(`${folder}/${name}`, "utf8"))
      const uploading = /"job":\{"id":"(750\w+)","step":"uploading"\}/
      return texts.map((text) => uploading.exec(text)?.[1]).find((id) => id !== undefined)
    }
    let job = jobSeen()
    while (job === undefined) {
      await pause(50)
      job = jobSeen()
    }
    running.child.kill("SIGKILL")
    await running.ended
    const again = await workspace.run(["load", "killed.csv", ...lead, "--api", "bulk"])
    assert.strictEqual(again.code, 2)
    assert.include(again.stderr, "decant load --resume")
    const resumed = await json("load", "--resume", job)
    assert.strictEqual(resumed.code, 3, resumed.stderr)
    assert.deepInclude(resumed.document, { rows: 400, succeeded: 360, failed: 40 })
    assert.strictEqual(await loaded("killed"), 360)
  })

  it("brings rows of the copy back into the org", async () => {
    const synced = await workspace.sync()
    assert.strictEqual(synced.code, 0, synced.stderr)
    const sql = `SELECT Id, 'Score "' || row_number() OVER (ORDER BY Id) || '"' AS Site, NULL AS Fax, NumberOfEmployees FROM Account_live ORDER BY Id LIMIT 20`
    const back = await json("load", "--from", sql, "--object", "Account", "--operation", "update")
    assert.strictEqual(back.code, 0, back.stderr)
    assert.deepInclude(back.document, { rows: 20, succeeded: 20 })
    const scored = (await org.truth("Account")).filter(({ Site }) => String(Site).startsWith('Score "'))
    assert.strictEqual(scored.length, 20)
    const listed = await json("load", "--list")
    assert.isAtLeast(listed.document.loads.length, 4)
  })
})
