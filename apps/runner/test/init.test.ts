/** `decant init` without a terminal: the spec that it writes is one that the other commands take. */
import { existsSync, readFileSync } from "node:fs"
import { decodeSpec } from "@decant/connector"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { methods } from "../src/connect/chosen-auth.ts"
import { roleCandidates } from "../src/init/role-suggestions.ts"
import { starterSpec, variablesOf } from "../src/init/starter-spec.ts"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const field = (name: string, sourceType: string) => ({
  name,
  label: name,
  sourceType,
  type: { kind: "text" } as const,
  custom: name.endsWith("__c"),
  formula: false,
  note: null
})

const Path = Schema.Literals(["./copy", "s3://bucket/pre fix", "./it's #1: copy", "./{x}", '"quoted"', "- x"])
const Choice = {
  name: Schema.Literals(["acme", "a-b_c", "x1"]),
  environment: Schema.Literals(["production", "sandbox", "https://acme.my.salesforce.com"]),
  method: Schema.Literals(methods),
  objects: Schema.NonEmptyArray(Schema.Literals(["Account", "Contact", "Deal__c", "Year", "null__c"])),
  logo: Schema.NullOr(Schema.Literal("Logo__c")),
  rights: Schema.NullOr(Schema.Literal("Rights__c")),
  type: Schema.Literals(["duckdb", "parquet", "postgres"]),
  path: Path
}

describe("the starter spec", () => {
  it.effect.prop("is a valid spec whatever was chosen", Choice, (chosen) =>
    Effect.gen(function* () {
      const { name, environment, method, type, path, logo, rights } = chosen
      const objects = [...new Set(chosen.objects)]
      const roles = {
        ...(logo === null ? {} : { logo }),
        ...(rights === null ? {} : { marketingRights: rights })
      }
      const text = starterSpec({ name, environment, method, objects, roles, destination: { type, path } })
      const env = Object.fromEntries(variablesOf(text).map((variable) => [variable, "postgres://h/value"]))
      const { spec, warnings } = yield* decodeSpec({ file: "decant.yaml", text, env })
      assert.deepStrictEqual(warnings, [])
      assert.strictEqual(spec.source.auth.method, method)
      const streams = spec.source.streams.map((stream) => ("object" in stream ? stream : null))
      assert.deepStrictEqual(
        streams.map((stream) => stream?.object),
        objects
      )
      const account = streams.find((stream) => stream?.object === "Account")
      if (account) assert.deepStrictEqual(account.roles ?? {}, roles)
      if (spec.destination.type !== "postgres") assert.strictEqual(spec.destination.path, path)
    })
  )
})

describe("fields that look like roles", () => {
  const names = (
    role: "logo" | "reference" | "marketingRights",
    fields: ReadonlyArray<ReturnType<typeof field>>
  ) => roleCandidates(fields, role).map((found) => found.name)
  const fields = [
    field("Logo_Permission__c", "boolean"),
    field("Company_Logo__c", "url"),
    field("Reference_Story__c", "textarea"),
    field("Referenceable__c", "picklist"),
    field("Logo", "string"),
    field("Industry", "picklist")
  ]

  it("are found by name and type, custom ones only", () => {
    assert.deepStrictEqual(names("logo", fields), ["Company_Logo__c"])
    assert.deepStrictEqual(names("reference", fields), ["Referenceable__c", "Reference_Story__c"])
    assert.deepStrictEqual(names("marketingRights", fields), ["Logo_Permission__c"])
  })
})

describe("decant init", () => {
  let org: Emulator
  let workspace: Workspace
  beforeAll(async () => {
    org = await borrowEmulator("--dataset", "demo")
    workspace = await openWarmWorkspace(org.env)
  })
  afterAll(async () => {
    await workspace?.remove()
    await org?.stop()
  })

  it("finds the roles' fields in the org, and the spec passes the check", async () => {
    const made = await workspace.run([
      "init",
      "acme.yaml",
      ...["--environment", org.url, "--method", "client-credentials", "--from-org"]
    ])
    assert.strictEqual(made.code, 0, made.stderr)
    assert.match(made.stdout, /decant sync acme\.yaml/)
    const text = readFileSync(workspace.path("acme.yaml"), "utf8")
    for (const name of ["Customer_Logo__c", "Reference_Status__c", "Marketing_Rights__c"])
      assert.include(text, name)
    assert.isTrue(existsSync(workspace.path("decant.schema.json")))
    const checked = await workspace.run(["check", "acme.yaml", "--json"])
    assert.strictEqual(checked.code, 0, checked.stdout)
  })

  it("names the variables that are still to be set", async () => {
    const made = await workspace.run(["init", "key.yaml", "--method", "jwt-bearer", "--json"])
    assert.deepStrictEqual(JSON.parse(made.stdout).unsetVariables, ["SALESFORCE_USERNAME"])
  })

  it("never writes over a spec that is there unless told to", async () => {
    const before = readFileSync(workspace.path("decant.yaml"), "utf8")
    const refused = await workspace.run(["init"])
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, /--force/)
    assert.strictEqual(readFileSync(workspace.path("decant.yaml"), "utf8"), before)
    assert.strictEqual((await workspace.run(["init", "--force"])).code, 0)
    assert.notStrictEqual(readFileSync(workspace.path("decant.yaml"), "utf8"), before)
  })
})
