/** The Salesforce CLI moves records in bulk: exports over several pages, and each kind of ingest job. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"
import { logIn, type SalesforceCli, salesforceCli } from "./support/salesforce-cli.ts"

/** Small, so that a small org fills several. */
const pageRows = 700

let org: EmulatedOrg
let sf: SalesforceCli

beforeAll(async () => {
  org = await startEmulator("--switch", `bulkPageRows=${pageRows}`)
  sf = salesforceCli(org)
  await logIn(sf, org)
})
afterAll(() => org?.stop())

const live = async (object: string) =>
  [...(await org.truth(object)).values()].filter(({ IsDeleted }) => IsDeleted !== true)
const file = (name: string) => join(sf.project, name)
const write = (name: string, lines: ReadonlyArray<string>) =>
  writeFileSync(file(name), `${lines.join("\n")}\n`)

/** The first column of a CSV file whose first column is an Id. */
const idsIn = (name: string) => readFileSync(file(name), "utf8").match(/^"?00\w{16}(?="?,)/gm) ?? []
const bare = (ids: ReadonlyArray<string>) => ids.map((id) => id.replace('"', "")).sort()

it("sf data export bulk --wait puts several result pages together", async () => {
  const soql = ["--query", "SELECT Id, LastName, Account.Name FROM Contact"]
  const output = ["--output-file", "contacts.csv", "--result-format", "csv"]
  const result = await sf.result(["data", "export", "bulk", ...soql, ...output, "--wait", "1"])
  const contacts = await live("Contact")
  expect(contacts.length).toBeGreaterThan(2 * pageRows)
  expect(result).toMatchObject({ totalSize: contacts.length, filePath: "contacts.csv" })
  const text = readFileSync(file("contacts.csv"), "utf8")
  expect(text.match(/"?LastName"?,"?Account.Name"?/g)).toHaveLength(1)
  expect(bare(idsIn("contacts.csv"))).toEqual(contacts.map(({ Id }) => Id))
})

it("sf data export bulk --wait 0 and data export resume, as JSON with the recycle bin", async () => {
  const soql = ["--query", "SELECT Id, Name, IsDeleted FROM Account", "--all-rows"]
  const output = ["--output-file", "accounts.json", "--result-format", "json"]
  await sf.result(["data", "export", "bulk", ...soql, ...output, "--wait", "0"])
  const result = await sf.result(["data", "export", "resume", "--use-most-recent"])
  const accounts = await org.truth("Account")
  expect(result.totalSize).toBe(accounts.size)
  const exported = JSON.parse(readFileSync(file("accounts.json"), "utf8"))
  expect(exported).toHaveLength(accounts.size)
  for (const { Id, Name, IsDeleted } of exported) {
    expect(String(accounts.get(Id)?.Name).trim()).toBe(Name.trim())
    expect(String(accounts.get(Id)?.IsDeleted)).toBe(IsDeleted)
  }
})

it("sf data export bulk: a query that Bulk refuses", async () => {
  const soql = ["--query", "SELECT Id, BillingAddress FROM Account"]
  const output = ["--output-file", "never.csv", "--result-format", "csv"]
  const printed = await sf.json(["data", "export", "bulk", ...soql, ...output, "--wait", "1"])
  expect(printed.exitCode).toBe(1)
  expect(printed.message).toContain("Selecting compound data not supported in Bulk Query")
})

const imported = 300

it("sf data import bulk", async () => {
  const lines = Array.from(
    { length: imported },
    (_, at) => `Bulk ${at},"12, ""Mill"" Lane\nYard ${at}",BULK-${at},${at}`
  )
  write("insert.csv", ["Name,BillingStreet,External_Id__c,NumberOfEmployees", ...lines])
  const result = await sf.result([
    "data",
    "import",
    "bulk",
    "--file",
    "insert.csv",
    "--sobject",
    "Account",
    "--wait",
    "2"
  ])
  expect(result).toMatchObject({ processedRecords: imported, successfulRecords: imported, failedRecords: 0 })
  const made = (await live("Account")).filter(({ Name }) => String(Name).startsWith("Bulk "))
  expect(made).toHaveLength(imported)
  expect(made.find(({ External_Id__c }) => External_Id__c === "BULK-7")).toMatchObject({
    BillingStreet: '12, "Mill" Lane\nYard 7',
    NumberOfEmployees: 7
  })
})

it("sf data import bulk with rows that fail, and data bulk results", async () => {
  write("failing.csv", [
    "LastName,Email",
    "Good,good@company.example",
    ",nobody@company.example",
    "Bad,no email"
  ])
  const printed = await sf.json([
    "data",
    "import",
    "bulk",
    "--file",
    "failing.csv",
    "--sobject",
    "Contact",
    "--wait",
    "2"
  ])
  expect(printed.exitCode).toBe(1)
  expect(printed.name).toBe("FailedRecordDetailsError")
  const jobId = /750\w{15}/.exec(JSON.stringify(printed))?.[0]
  const result = await sf.result(["data", "bulk", "results", "--job-id", String(jobId)])
  expect(result).toMatchObject({
    processedRecords: 3,
    successfulRecords: 1,
    failedRecords: 2,
    status: "JobComplete"
  })
  const failures = readFileSync(file(result.failedFilePath), "utf8")
  expect(failures).toContain("REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --")
  expect(failures).toContain("INVALID_EMAIL_ADDRESS")
  expect(readFileSync(file(result.successFilePath), "utf8")).toContain("good@company.example")
})

it("sf data upsert bulk by an external id", async () => {
  write("upsert.csv", ["External_Id__c,Name,Industry", "BULK-1,Renamed 1,Energy", "BULK-NEW,New 1,Media"])
  const by = ["--sobject", "Account", "--external-id", "External_Id__c"]
  const result = await sf.result(["data", "upsert", "bulk", "--file", "upsert.csv", ...by, "--wait", "2"])
  expect(result.jobInfo ?? result).toMatchObject({})
  const byKey = new Map((await live("Account")).map((row) => [row.External_Id__c, row]))
  expect(byKey.get("BULK-1")).toMatchObject({ Name: "Renamed 1", Industry: "Energy", NumberOfEmployees: 1 })
  expect(byKey.get("BULK-NEW")).toMatchObject({ Name: "New 1", Industry: "Media" })
})

it("sf data update bulk, where #N/A empties a field", async () => {
  const made = (await live("Account")).filter(({ Name }) => String(Name).startsWith("Bulk ")).slice(0, 20)
  write("update.csv", ["Id,Industry,BillingStreet", ...made.map(({ Id }) => `${Id},Media,#N/A`)])
  const result = await sf.result([
    "data",
    "update",
    "bulk",
    "--file",
    "update.csv",
    "--sobject",
    "Account",
    "--wait",
    "2"
  ])
  expect(result).toMatchObject({ processedRecords: 20, successfulRecords: 20 })
  const after = await org.truth("Account")
  for (const { Id, Name } of made) {
    expect(after.get(String(Id))).toMatchObject({ Name, Industry: "Media", BillingStreet: null })
  }
})

it("sf data update bulk without waiting, and data update resume", async () => {
  const [one] = (await live("Account")).filter(({ External_Id__c }) => External_Id__c === "BULK-9")
  write("later.csv", ["Id,Industry", `${one?.Id},Retail`])
  await sf.result(["data", "update", "bulk", "--file", "later.csv", "--sobject", "Account"])
  const result = await sf.result(["data", "update", "resume", "--use-most-recent", "--wait", "2"])
  expect(result).toMatchObject({ processedRecords: 1, successfulRecords: 1 })
  expect((await org.truth("Account")).get(String(one?.Id))).toMatchObject({ Industry: "Retail" })
})

it("sf data delete bulk", async () => {
  const made = (await live("Account")).filter(({ Name }) => String(Name).startsWith("Bulk ")).slice(0, 50)
  write("delete.csv", ["Id", ...made.map(({ Id }) => String(Id))])
  await sf.result(["data", "delete", "bulk", "--file", "delete.csv", "--sobject", "Account", "--wait", "2"])
  const after = await org.truth("Account")
  for (const { Id } of made) expect(after.get(String(Id))).toMatchObject({ IsDeleted: true })
})

it("no command reached beyond this machine", () => {
  expect(sf.violations()).toEqual([])
})
