/** `decant check` names what is missing, hidden, misspelt or running out, each with what to do about it. */
import { writeFile } from "node:fs/promises"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

interface Line {
  readonly name: string
  readonly status: "ok" | "warn" | "fail"
  readonly detail: string
  readonly error: { readonly code: string; readonly fix: string; readonly docs: string } | null
}

let org: Emulator
let workspace: Workspace
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "demo")
})
afterAll(() => org?.stop())
beforeEach(async () => {
  await org.control("POST", "reset", {})
  workspace = await openWarmWorkspace(org.env)
})
afterEach(() => workspace.remove())

const writeSpec = (streams: string, source = "") =>
  writeFile(
    workspace.path("decant.yaml"),
    `version: 1
name: test
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth: { method: client-credentials, clientId: "\${SALESFORCE_CLIENT_ID}", clientSecret: "\${SALESFORCE_CLIENT_SECRET}" }
${source}
  streams: ${streams}
destination: { type: duckdb, path: ./test.duckdb }
`
  )

const check = async () => {
  const ended = await workspace.run(["check", "--json"])
  const { status, checks } = JSON.parse(ended.stdout)
  const lines: ReadonlyArray<Line> = checks
  for (const { name, status, error } of lines) {
    if (status !== "ok") assert.isNotEmpty(error?.fix, name)
  }
  const line = (name: string): Line => {
    const found = lines.find((candidate) => candidate.name === name)
    if (found === undefined) throw new Error(`no line ${name} in ${JSON.stringify(lines, null, 1)}`)
    return found
  }
  return { code: ended.code, status, lines, line }
}

/** Takes permissions away from every user. */
const takeAway = async (...permissions: ReadonlyArray<string>): Promise<void> => {
  const [row] = await org.truth("UserPermissionAccess")
  const taken = Object.fromEntries(permissions.map((name) => [`Permissions${name}`, false]))
  await org.records("UserPermissionAccess", { update: [{ Id: row?.Id, ...taken }] })
}

describe("a user who may do everything", () => {
  it("has a line for each thing that a sync needs, all of them ok", async () => {
    await writeSpec("[{ object: Account }, { object: User }]")
    const { code, status, lines } = await check()
    assert.strictEqual(status, "ok", JSON.stringify(lines, null, 1))
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(
      lines.map(({ name }) => name),
      [
        "reachability",
        "API version",
        "clock",
        "login",
        "environment",
        "permission API Enabled",
        "permission View All Users",
        "all records",
        "API calls",
        "Bulk query jobs",
        "Account",
        "User",
        "destination"
      ]
    )
  })
})

describe("a user who may not see everything", () => {
  it("is warned of each object whose rows may be left out, until View All is granted", async () => {
    await writeSpec("[{ object: Account }, { object: Contact }, { object: Task }, { object: User }]")
    await takeAway("ViewAllData", "ModifyAllData", "ViewAllUsers")
    for (const object of ["Account", "Contact"]) {
      await org.control("POST", `schema/${object}`, { sharing: "private" })
    }
    const before = await check()
    assert.strictEqual(before.code, 0)
    assert.strictEqual(before.status, "warn")
    for (const object of ["Account", "Contact", "Task"]) {
      const line = before.line(`all records of ${object}`)
      assert.strictEqual(line.status, "warn")
      assert.strictEqual(line.error?.code, "ROWS_MAY_BE_HIDDEN")
    }
    assert.include(before.line("all records of Account").error?.fix, "“View All” for Account")
    assert.include(before.line("all records of Task").error?.fix, "“View All Data”")
    assert.strictEqual(before.line("permission View All Users").status, "warn")

    const [set] = (await org.truth("PermissionSet")).filter(({ Name }) => Name === "Report_Builders")
    await org.records("ObjectPermissions", {
      insert: [
        { ParentId: set?.Id, SobjectType: "Account", PermissionsRead: true, PermissionsViewAllRecords: true }
      ]
    })
    await org.control("POST", "schema/Contact", { sharing: "public" })
    const after = await check()
    const doubtful = after.lines.filter(({ name }) => name.startsWith("all records"))
    assert.deepStrictEqual(
      doubtful.map(({ name }) => name),
      ["all records of Task"]
    )
  })

  it("is told of a hidden field and a hidden object that they are there, but hidden", async () => {
    await writeSpec(
      "[{ object: Account, fields: [Name, Industry, Nmae] }, { object: Lead }, { object: Contakt }]"
    )
    await org.control("POST", "schema/Account", { hideField: "Industry" })
    await org.control("POST", "schema/Lead", { hideObject: true })
    const { code, line } = await check()
    assert.strictEqual(code, 2)
    assert.strictEqual(line("Account").error?.code, "FIELD_HIDDEN")
    assert.include(line("Account").detail, "Account has Industry, but this user may not read it.")
    assert.include(line("Account").detail, "Did you mean Name?")
    assert.strictEqual(line("Lead").error?.code, "OBJECT_HIDDEN")
    assert.strictEqual(line("Contakt").error?.code, "OBJECT_UNKNOWN")
    assert.include(line("Contakt").detail, "Did you mean Contact?")
    assert.strictEqual(line("Contakt").error?.docs, "docs/errors.md#object_unknown")
  })
})

it("a field of the wrong type for its role or for the field that it replaces is a warning", async () => {
  await writeSpec(
    "[{ object: Account, roles: { logo: OwnerId }, substitute: { Industry: NumberOfEmployees } }]"
  )
  const { code, line } = await check()
  assert.strictEqual(code, 0)
  assert.strictEqual(line("Account").status, "warn")
  assert.include(line("Account").detail, "Account.OwnerId is of type reference")
  assert.include(line("Account").detail, "Account.NumberOfEmployees is of type int, but Industry")
})

it("calls that run out are a warning, also for a user who may not ask for the limits", async () => {
  await writeSpec("[{ object: Account }]")
  await org.control("POST", "limits", { dailyApiRequests: { max: 1000, used: 950 } })
  assert.strictEqual((await check()).line("API calls").error?.code, "LIMIT_NEARLY_USED")
  await takeAway("ViewSetup")
  assert.strictEqual((await check()).line("API calls").error?.code, "LIMIT_NEARLY_USED")
  await org.control("POST", "limits", { dailyApiRequests: { max: 100_000, used: 950 } })
  assert.strictEqual((await check()).line("API calls").status, "ok")
})

it("a clock that is off is a warning with how far and which way", async () => {
  await writeSpec("[{ object: Account }]")
  await org.control("POST", "clock", { advanceSeconds: 600 })
  const { code, line } = await check()
  assert.strictEqual(code, 0)
  assert.strictEqual(line("clock").error?.code, "AUTH_CLOCK_SKEW")
  assert.match(line("clock").detail, /10 minutes behind/)
})

it("an API version that the org does not have is a mistake in the spec", async () => {
  await writeSpec("[{ object: Account }]", '  apiVersion: "99.0"')
  const { code, line } = await check()
  assert.strictEqual(code, 2)
  assert.strictEqual(line("login").error?.code, "API_VERSION_RETIRED")
})
