/** The Salesforce CLI reads and writes records over REST. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"
import { logIn, type SalesforceCli, salesforceCli } from "./support/salesforce-cli.ts"

let org: EmulatedOrg
let sf: SalesforceCli

beforeAll(async () => {
  org = await startEmulator()
  sf = salesforceCli(org)
  await logIn(sf, org)
})
afterAll(() => org?.stop())

const rows = async (object: string) => [...(await org.truth(object)).values()]
const live = async (object: string) => (await rows(object)).filter(({ IsDeleted }) => IsDeleted !== true)
const query = (soql: string, ...flags: ReadonlyArray<string>) =>
  sf.result(["data", "query", "--query", soql, ...flags])

it("sf data query: fields of the row and of its parents", async () => {
  const result = await query(
    "SELECT Id, Name, Owner.Name, Parent.Owner.Username FROM Account ORDER BY Id LIMIT 20"
  )
  expect(result).toMatchObject({ totalSize: 20, done: true })
  const accounts = await org.truth("Account")
  const users = await org.truth("User")
  for (const { Id, Name, Owner, Parent } of result.records) {
    const account = accounts.get(Id)
    expect(Name).toBe(account?.Name)
    expect(Owner.Name).toBe(users.get(String(account?.OwnerId))?.Name)
    const parent = accounts.get(String(account?.ParentId))
    expect(Parent?.Owner.Username ?? null).toBe(users.get(String(parent?.OwnerId))?.Username ?? null)
  }
})

it("sf data query: COUNT()", async () => {
  const accounts = await live("Account")
  const result = await query("SELECT COUNT() FROM Account")
  expect(result).toMatchObject({ totalSize: accounts.length, done: true, records: [] })
})

it("sf data query: groups, as a person reads them", async () => {
  const { stdout, code } = await sf.run([
    "data",
    "query",
    "--query",
    "SELECT Industry, COUNT(Id) total FROM Account GROUP BY Industry ORDER BY Industry NULLS LAST"
  ])
  expect(code).toBe(0)
  const energy = (await live("Account")).filter(({ Industry }) => Industry === "Energy").length
  expect(stdout).toMatch(/INDUSTRY.*TOTAL/)
  expect(stdout).toMatch(new RegExp(`Energy\\s+.\\s+${energy}\\b`))
})

it("sf data query: more rows than one page, as CSV", async () => {
  const { stdout, code } = await sf.run([
    "data",
    "query",
    "--query",
    "SELECT Id, Account.Name FROM Contact ORDER BY Id",
    "--result-format",
    "csv"
  ])
  expect(code).toBe(0)
  const ids = stdout.match(/^003\w{15}(?=,)/gm) ?? []
  const contacts = (await live("Contact")).map(({ Id }) => Id)
  expect(contacts.length).toBeGreaterThan(1500)
  expect(ids).toEqual(contacts)
  expect(stdout.split("\n")[0]).toBe("Id,Account.Name")
})

it("sf data query --all-rows finds the recycle bin, over several pages", async () => {
  const all = await rows("Contact")
  expect(all.length).toBeGreaterThan(2000)
  const result = await query("SELECT Id, IsDeleted FROM Contact ORDER BY Id", "--all-rows")
  expect(result.totalSize).toBe(all.length)
  expect(result.records.map(({ Id }: { Id: string }) => Id)).toEqual(all.map(({ Id }) => Id))
  expect(result.records.filter(({ IsDeleted }: { IsDeleted: boolean }) => IsDeleted)).toHaveLength(
    all.filter(({ IsDeleted }) => IsDeleted).length
  )
})

it("sf data query: child rows inside their parents", async () => {
  const result = await query(
    "SELECT Id, (SELECT Id, LastName FROM Contacts ORDER BY Id) FROM Account ORDER BY Id LIMIT 15"
  )
  const contacts = await live("Contact")
  for (const { Id, Contacts } of result.records) {
    const children = contacts.filter(({ AccountId }) => AccountId === Id).map((contact) => contact.Id)
    expect((Contacts?.records ?? []).map((child: { Id: string }) => child.Id)).toEqual(children)
  }
})

it("sf data query: a misspelt column is refused in Salesforce's words", async () => {
  const printed = await sf.json(["data", "query", "--query", "SELECT Id, Nmae FROM Account"])
  expect(printed.exitCode).toBe(1)
  expect(printed.name).toBe("INVALID_FIELD")
  expect(printed.message).toContain("ERROR at Row:1:Column:12\nNo such column 'Nmae' on entity 'Account'.")
})

it("sf data query --use-tooling-api", async () => {
  const soql =
    "SELECT QualifiedApiName, DataType FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Account'"
  const result = await query(`${soql} AND QualifiedApiName IN ('Name', 'OwnerId')`, "--use-tooling-api")
  const types = result.records.map((each: { QualifiedApiName: string; DataType: string }) => [
    each.QualifiedApiName,
    each.DataType
  ])
  expect(Object.fromEntries(types)).toMatchObject({ OwnerId: "Lookup(User)" })
  expect(types).toHaveLength(2)
})

it("sf data search", async () => {
  await sf.result(["data", "create", "record", "--sobject", "Account", "--values", "Name='Zyxwv Works'"])
  const result = await sf.result([
    "data",
    "search",
    "--query",
    "FIND {zyxwv} IN Name Fields RETURNING Account (Name), Contact (Id)"
  ])
  expect(result.searchRecords).toMatchObject([{ attributes: { type: "Account" }, Name: "Zyxwv Works" }])
})

it("sf sobject list", async () => {
  const result = await sf.result(["sobject", "list", "--sobject", "all"])
  expect(result).toEqual(expect.arrayContaining(["Account", "Contact", "Opportunity", "User"]))
})

it("sf sobject describe", async () => {
  const result = await sf.result(["sobject", "describe", "--sobject", "Account"])
  expect(result).toMatchObject({ name: "Account", keyPrefix: "001", queryable: true })
  const names = result.fields.map(({ name }: { name: string }) => name)
  const [account] = await rows("Account")
  expect(names).toEqual(Object.keys(account ?? {}))
})

it("sf data create, get, update and delete record", async () => {
  const type = ["--sobject", "Account"]
  const values = "Name='Northern Mills' External_Id__c=CLI-1 NumberOfEmployees=12"
  const created = await sf.result(["data", "create", "record", ...type, "--values", values])
  expect(created).toMatchObject({ success: true, errors: [] })

  const read = await sf.result(["data", "get", "record", ...type, "--record-id", created.id])
  expect(read).toMatchObject({
    Id: created.id,
    Name: "Northern Mills",
    NumberOfEmployees: 12,
    Industry: null
  })

  const found = await sf.result(["data", "get", "record", ...type, "--where", "External_Id__c=CLI-1"])
  expect(found.Id).toBe(created.id)

  const where = ["--where", "Name='Northern Mills'"]
  await sf.result(["data", "update", "record", ...type, ...where, "--values", "Industry=Energy"])
  expect((await org.truth("Account")).get(created.id)).toMatchObject({
    Industry: "Energy",
    Name: "Northern Mills"
  })

  await sf.result(["data", "delete", "record", ...type, "--record-id", created.id])
  expect((await org.truth("Account")).get(created.id)).toMatchObject({ IsDeleted: true })
  const gone = await sf.json(["data", "get", "record", ...type, "--record-id", created.id])
  expect(gone.exitCode).toBe(1)
})

it("sf data create record: a missing required field is refused in Salesforce's words", async () => {
  const printed = await sf.json([
    "data",
    "create",
    "record",
    "--sobject",
    "Contact",
    "--values",
    "FirstName=Ann"
  ])
  expect(printed.exitCode).toBe(1)
  expect(printed.message).toContain("Required fields are missing: [LastName]")
})

it("sf org list limits", async () => {
  const result = await sf.result(["org", "list", "limits"])
  const daily = result.find(({ name }: { name: string }) => name === "DailyApiRequests")
  expect(daily.max).toBeGreaterThan(daily.remaining)
  expect(daily.remaining).toBeGreaterThan(0)
})

it("sf org list sobject record-counts", async () => {
  const result = await sf.result([
    "org",
    "list",
    "sobject",
    "record-counts",
    "--sobject",
    "Account",
    "--sobject",
    "User"
  ])
  expect(result).toEqual(
    expect.arrayContaining([
      { name: "Account", count: (await live("Account")).length },
      { name: "User", count: (await live("User")).length }
    ])
  )
})

it("sf api request rest, reading and writing", async () => {
  const read = await sf.run(["api", "request", "rest", "/services/data/v60.0/limits"])
  expect(read.code).toBe(0)
  expect(JSON.parse(read.stdout).DailyApiRequests.Max).toBeGreaterThan(0)

  const body = JSON.stringify({
    compositeRequest: [
      {
        method: "POST",
        url: "/services/data/v68.0/sobjects/Account",
        referenceId: "a",
        body: { Name: "Composed" }
      },
      { method: "GET", url: "/services/data/v68.0/sobjects/Account/@{a.id}?fields=Name", referenceId: "b" }
    ]
  })
  const composite = [
    "api",
    "request",
    "rest",
    "/services/data/v68.0/composite",
    "--method",
    "POST",
    "--body",
    body
  ]
  const wrote = await sf.run(composite)
  expect(wrote.code).toBe(0)
  expect(JSON.parse(wrote.stdout).compositeResponse).toMatchObject([
    { httpStatusCode: 201, referenceId: "a" },
    { httpStatusCode: 200, referenceId: "b", body: { Name: "Composed" } }
  ])
})

it("sf api request rest: an unknown path is Salesforce's 404", async () => {
  const { code, stdout, stderr } = await sf.run(["api", "request", "rest", "/services/data/v68.0/nonsense"])
  expect(code).toBe(1)
  expect(stdout + stderr).toContain("NOT_FOUND")
})

it("sf data export tree and import tree", async () => {
  const tree = {
    records: [
      {
        attributes: { type: "Account", referenceId: "mill" },
        Name: "Tree Mill",
        Contacts: {
          records: [
            { attributes: { type: "Contact", referenceId: "ann" }, FirstName: "Ann", LastName: "Treeson" },
            { attributes: { type: "Contact", referenceId: "bob" }, LastName: "Treeson" }
          ]
        }
      },
      { attributes: { type: "Account", referenceId: "lone" }, Name: "Tree Alone" }
    ]
  }
  writeFileSync(join(sf.project, "tree.json"), JSON.stringify(tree))
  const imported = await sf.result(["data", "import", "tree", "--files", "tree.json"])
  expect(imported.map(({ refId, type }: { refId: string; type: string }) => [refId, type])).toEqual(
    expect.arrayContaining([
      ["mill", "Account"],
      ["ann", "Contact"],
      ["bob", "Contact"],
      ["lone", "Account"]
    ])
  )
  const [mill] = (await live("Account")).filter(({ Name }) => Name === "Tree Mill")
  expect((await live("Contact")).filter(({ AccountId }) => AccountId === mill?.Id)).toHaveLength(2)

  const soql = "SELECT Name, (SELECT FirstName, LastName FROM Contacts) FROM Account WHERE Name LIKE 'Tree %'"
  await sf.result(["data", "export", "tree", "--query", soql, "--plan", "--output-dir", "exported"])
  const accounts = JSON.parse(readFileSync(join(sf.project, "exported", "Account.json"), "utf8"))
  expect(accounts.records.map(({ Name }: { Name: string }) => Name).sort()).toEqual([
    "Tree Alone",
    "Tree Mill"
  ])
  await sf.result(["data", "import", "tree", "--plan", "exported/Account-Contact-plan.json"])
  const twins = (await live("Account")).filter(({ Name }) => Name === "Tree Mill")
  expect(twins).toHaveLength(2)
  for (const { Id } of twins) {
    expect((await live("Contact")).filter(({ AccountId }) => AccountId === Id)).toHaveLength(2)
  }
})

it("no command reached beyond this machine", () => {
  expect(sf.violations()).toEqual([])
})
