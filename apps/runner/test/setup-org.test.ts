/** `decant setup-org` writes what a Salesforce admin deploys: exactly what the spec reads, and nothing more. */
import { readdirSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it, vi } from "@effect/vitest"
import { openWarmWorkspace, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let workspace: Workspace
beforeEach(async () => {
  workspace = await openWarmWorkspace({})
})
afterEach(() => workspace.remove())

const writeSpec = (auth: string, streams: string, environment = "https://acme.my.salesforce.com") =>
  writeFile(
    workspace.path("decant.yaml"),
    `version: 1
name: acme
source:
  type: salesforce
  environment: ${environment}
  auth: ${auth}
  streams: ${streams}
destination: { type: duckdb, path: ./acme.duckdb }
`
  )

const notYet = '{ method: client-credentials, clientId: "${NO_ID}", clientSecret: "${NO_SECRET}" }'

const text = (path: string): string => readFileSync(workspace.path(path), "utf8")
const metadata = "setup-org/force-app/main/default"
const permissionSet = () => text(`${metadata}/permissionsets/Decant_acme.permissionset-meta.xml`)

const all = (xml: string, element: string): ReadonlyArray<string> =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, value = ""]) => value)

const files = (folder: string): ReadonlyArray<string> =>
  readdirSync(workspace.path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(workspace.path(folder).length + 1))
    .sort()

describe("before there is an app, from the spec alone", () => {
  it("grants the fields of the spec, roles and substitutes included, and no field that everybody reads", async () => {
    await writeSpec(
      notYet,
      "[{ object: Account, roles: { logo: Logo__c, reference: Ref__c, marketingRights: Rights__c }, substitute: { Industry: Segment__c } }, { object: Contact, mask: { Email: drop } }, { object: User }]"
    )
    const ended = await workspace.run(["setup-org"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.include(ended.stderr, "NO_ID, NO_SECRET is not set")
    const xml = permissionSet()
    assert.deepStrictEqual(all(xml, "field"), [
      "Account.AnnualRevenue",
      "Account.BillingAddress",
      "Account.Logo__c",
      "Account.NumberOfEmployees",
      "Account.Ref__c",
      "Account.Rights__c",
      "Account.Segment__c",
      "Account.Type",
      "Account.Website",
      "Contact.AccountId",
      "Contact.Department",
      "Contact.Title"
    ])
    assert.deepStrictEqual(all(xml, "object"), ["Account", "Contact"])
    assert.deepStrictEqual(all(xml, "viewAllRecords"), ["true", "true"])
    assert.deepStrictEqual(all(xml, "name"), ["ApiEnabled", "ViewAllUsers"])
    for (const right of ["editable", "allowCreate", "allowEdit", "allowDelete", "modifyAllRecords"]) {
      assert.deepStrictEqual([...new Set(all(xml, right))], ["false"], right)
    }
    assert.notInclude(
      files("setup-org")
        .map((path) => text(`setup-org/${path}`))
        .join(""),
      "unset"
    )
  })

  it("tells what only the org knows", async () => {
    await writeSpec(
      notYet,
      '[{ object: "*__c" }, { object: Lead, fields: all }, { object: Contact, fields: [Name, Account.Industry, Boss__r.Name] }]'
    )
    const ended = await workspace.run(["setup-org"])
    for (const hint of [
      "*__c: only the org knows",
      "Lead: only the org knows",
      "the object behind Boss__r"
    ]) {
      assert.include(ended.stderr, hint)
      assert.include(text("setup-org/README.md"), hint)
    }
    assert.deepStrictEqual(all(permissionSet(), "field"), [
      "Account.Industry",
      "Contact.AccountId",
      "Contact.Boss__c"
    ])
  })

  it("says which variable of the address is missing rather than guessing one", async () => {
    await writeSpec(notYet, "[{ object: Account }]", "${NO_URL}")
    const ended = await workspace.run(["setup-org"])
    assert.strictEqual(ended.code, 2)
    assert.include(ended.stderr, "NO_URL")
  })
})

describe("the external client app is that of the spec's method:", () => {
  const app = () => text(`${metadata}/extlClntAppGlobalOauthSets/Decant_acme_global.ecaGlblOauth-meta.xml`)
  const scopes = () => text(`${metadata}/extlClntAppOauthSettings/Decant_acme_oauth.ecaOauth-meta.xml`)
  const policy = () => text(`${metadata}/extlClntAppOauthPolicies/Decant_acme_policy.ecaOauthPlcy-meta.xml`)

  it("jwt-bearer, with the certificate", async () => {
    await writeSpec(
      '{ method: jwt-bearer, clientId: "${NO_ID}", username: etl@acme.example, privateKey: { file: ./acme.key } }',
      "[{ object: Account }]"
    )
    await workspace.run(["connect", "--generate-key"])
    assert.strictEqual((await workspace.run(["setup-org"])).code, 0)
    assert.include(app(), text("acme.crt").trim().replaceAll("\r\n", "\n"))
    assert.notInclude(app(), "PRIVATE KEY")
    assert.deepStrictEqual(all(app(), "isConsumerSecretOptional"), ["false"])
    assert.deepStrictEqual(all(scopes(), "commaSeparatedOauthScopes"), ["Api"])
    assert.deepStrictEqual(all(policy(), "permittedUsersPolicyType"), ["AdminApprovedPreAuthorized"])
    assert.deepStrictEqual(all(policy(), "commaSeparatedPermissionSet"), ["Decant_acme"])
    const eca = text(`${metadata}/externalClientApps/Decant_acme.eca-meta.xml`)
    assert.deepStrictEqual(all(eca, "contactEmail"), ["etl@acme.example"])
  })

  it("oauth, with the callback, PKCE and a token that is renewed", async () => {
    await writeSpec("{ method: oauth }", "[{ object: Account }]")
    await workspace.run(["setup-org", "--contact", "admin@acme.example"])
    assert.deepStrictEqual(all(app(), "callbackUrl"), ["http://localhost:4767/callback"])
    assert.deepStrictEqual(all(app(), "isPkceRequired"), ["true"])
    assert.deepStrictEqual(all(app(), "isConsumerSecretOptional"), ["true"])
    assert.deepStrictEqual(all(scopes(), "commaSeparatedOauthScopes"), ["Api, RefreshToken"])
  })

  it("client-credentials, with the user to run as", async () => {
    await writeSpec(notYet, "[{ object: Account }]")
    await workspace.run(["setup-org", "--run-as", "etl@acme.example"])
    assert.deepStrictEqual(all(app(), "isClientCredentialsFlowEnabled"), ["true"])
    assert.deepStrictEqual(all(app(), "isPkceRequired"), ["false"])
    assert.deepStrictEqual(all(policy(), "clientCredentialsFlowUser"), ["etl@acme.example"])
  })

  it("none for sf-cli", async () => {
    await writeSpec("{ method: sf-cli }", "[{ object: Account }]")
    await workspace.run(["setup-org"], { PATH: "/nowhere" })
    assert.deepStrictEqual(files(metadata), ["permissionsets/Decant_acme.permissionset-meta.xml"])
  })
})

it("--diff shows what a grown spec adds to the last output, and writes nothing", async () => {
  await writeSpec(notYet, "[{ object: Account, fields: [Industry, Sic] }]")
  await workspace.run(["setup-org"])
  const before = permissionSet()
  await writeSpec(
    notYet,
    "[{ object: Account, fields: [Industry, Rating] }, { object: Lead, fields: [Title] }]"
  )
  const ended = await workspace.run(["setup-org", "--diff", "--json"])
  assert.strictEqual(ended.code, 0, ended.stderr)
  const { sinceLastOutput, inOrg } = JSON.parse(ended.stdout)
  assert.deepStrictEqual(sinceLastOutput, {
    added: ["object Lead", "field Account.Rating", "field Lead.Title"],
    removed: ["field Account.Sic"]
  })
  assert.isNull(inOrg)
  assert.strictEqual(permissionSet(), before)
  const shown = await workspace.run(["setup-org", "--diff"])
  assert.include(shown.stdout, "  + field Account.Rating\n")
  assert.include(shown.stdout, "  - field Account.Sic\n")
})

describe("with an org that can be asked", () => {
  let org: Emulator
  beforeAll(async () => {
    org = await borrowEmulator("--dataset", "demo")
  })
  afterAll(() => org?.stop())
  const auth =
    '{ method: client-credentials, clientId: "${SALESFORCE_CLIENT_ID}", clientSecret: "${SALESFORCE_CLIENT_SECRET}" }'

  it("resolves globs and `all` by the describes, and compares with what is granted", async () => {
    await writeSpec(
      auth,
      '[{ object: "Reference_*__c" }, { object: Lead, fields: all }]',
      "${SALESFORCE_URL}"
    )
    const [set] = (await org.truth("PermissionSet")).filter(({ Name }) => Name === "Report_Builders")
    await org.records("PermissionSet", { update: [{ Id: set?.Id, Name: "Decant_acme" }] })
    await org.records("ObjectPermissions", {
      insert: [{ ParentId: set?.Id, SobjectType: "Lead", PermissionsRead: true }]
    })
    await org.records("FieldPermissions", {
      insert: ["Lead.Title", "Lead.Extra__c"].map((Field) => ({
        ParentId: set?.Id,
        SobjectType: "Lead",
        Field,
        PermissionsRead: true
      }))
    })
    assert.strictEqual((await workspace.run(["setup-org"], org.env)).code, 0)
    const granted = all(permissionSet(), "field")
    assert.deepStrictEqual(all(permissionSet(), "object"), [
      "Lead",
      "Reference_Quote__c",
      "Reference_Request__c"
    ])
    assert.include(granted, "Lead.Title")
    assert.include(granted, "Lead.Address")
    for (const refused of ["Lead.Street", "Lead.Id", "Lead.LastName", "Lead.Company", "Lead.Status"]) {
      assert.notInclude(granted, refused)
    }
    const ended = await workspace.run(["setup-org", "--diff", "--json"], org.env)
    const { sinceLastOutput, inOrg } = JSON.parse(ended.stdout)
    assert.deepStrictEqual(sinceLastOutput, { added: [], removed: [] })
    assert.deepStrictEqual(inOrg.removed, ["field Lead.Extra__c"])
    assert.include(inOrg.added, "object Reference_Quote__c")
    assert.notInclude(inOrg.added, "field Lead.Title")
  })
})
