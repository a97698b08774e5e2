/** simple-salesforce, the Salesforce client for Python: `simple-salesforce.py` runs it, these tests judge. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"

const script = fileURLToPath(new URL("./simple-salesforce.py", import.meta.url))
const python = inject("python")
const scriptMillis = 120_000

let org: EmulatedOrg
// biome-ignore lint/suspicious/noExplicitAny: each step gives a result of its own shape
let results: Record<string, any>
/** As they were before the script wrote its own. */
let contacts: ReadonlyArray<string>

describe.skipIf("missing" in python)("simple-salesforce", () => {
  beforeAll(async () => {
    if ("missing" in python) return
    org = await startEmulator()
    contacts = [...(await org.truth("Contact")).keys()]
    const { url, orgId, username, password, accessToken, apps } = org
    const run = spawnSync(python.command, [script], {
      input: JSON.stringify({ url, orgId, username, password, accessToken, apps }),
      env: { ...process.env, PYTHONPATH: python.packages, PYTHONDONTWRITEBYTECODE: "1", HOME: org.folder },
      encoding: "utf8",
      timeout: scriptMillis,
      maxBuffer: 64 * 1024 * 1024
    })
    if (run.status !== 0) throw new Error(`the script failed:\n${run.stderr}`)
    results = JSON.parse(run.stdout)
  }, scriptMillis)
  afterAll(() => org?.stop())

  it("logs in by SOAP, JWT and client credentials", () => {
    expect(results.login_by_soap).toBe(1)
    expect(results.login_by_jwt).toBe(1)
    expect(results.login_by_client_credentials).toBe(1)
    expect(results.login_refused).toMatchObject({ raised: { kind: "SalesforceAuthenticationFailed" } })
    expect(results.login_refused.text).toContain("INVALID_LOGIN")
  })

  it("query_all walks all pages, the recycle bin included", () => {
    expect(contacts.length).toBeGreaterThan(2000)
    expect(results.query_all).toEqual(contacts)
  })

  it("query_all_iter and query with fields of parents", async () => {
    const opportunities = [...(await org.truth("Opportunity")).values()].filter(({ IsDeleted }) => !IsDeleted)
    expect(results.query_all_iter).toBe(opportunities.length)
    const users = await org.truth("User")
    const accounts = await org.truth("Account")
    for (const { Id, Owner } of results.query_with_parents) {
      expect(Owner.Name).toBe(users.get(String(accounts.get(Id)?.OwnerId))?.Name)
    }
    expect(results.query_with_parents).toHaveLength(3)
  })

  it("describe, global describe and metadata", async () => {
    const [row] = (await org.truth("Account")).values()
    expect(results.describe).toEqual(Object.keys(row ?? {}))
    expect(results.describe_global).toEqual(
      expect.arrayContaining(["Account", "Contact", "Opportunity", "User"])
    )
    expect(results.metadata).toBe("Account")
  })

  it("create, update, get, upsert and delete", () => {
    expect(results.crud).toMatchObject({
      created: { success: true, errors: [] },
      updated: 204,
      read: { Name: "Snake", Industry: "Energy" },
      by_key: true,
      upserted: 200,
      made: 201,
      renamed: "Python",
      deleted: 204
    })
  })

  it("raises the errors of its own that Salesforce's refusals stand for", () => {
    expect(results.gone.raised).toMatchObject({ kind: "SalesforceResourceNotFound", status: 404 })
    expect(results.malformed.raised).toMatchObject({
      kind: "SalesforceMalformedRequest",
      status: 400,
      content: [{ errorCode: "INVALID_FIELD" }]
    })
    expect(results.expired.raised).toMatchObject({
      kind: "SalesforceExpiredSession",
      status: 401,
      content: [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]
    })
  })

  it("search, limits and the usage that answers bring along", () => {
    expect(results.search).toEqual(["Mamba Mills"])
    expect(results.limits.total).toBeGreaterThan(results.limits.used)
  })

  it("deleted and updated", () => {
    expect(results.deleted_and_updated).toEqual({ deleted: true, updated: true })
  })

  it("composite batches and the Tooling API", () => {
    expect(results.restful_composite).toMatchObject({ hasErrors: false, results: [{ statusCode: 200 }] })
    expect(results.toolingexecute).toMatchObject({ totalSize: 1, records: [{ QualifiedApiName: "Account" }] })
  })

  it("bulk2 query by pages of max_records", async () => {
    const live = [...(await org.truth("Contact")).values()].filter(({ IsDeleted }) => !IsDeleted).length
    expect(results.bulk2_query).toMatchObject({ head: '"Id","LastName"' })
    // The script made one contact that is still live before it exported, and one that is not.
    expect(results.bulk2_query.rows).toBe(live)
    expect(results.bulk2_query.pages).toBe(Math.ceil(live / 300))
  })

  it("bulk2 insert in several jobs, upsert with a refused row, and delete", () => {
    const { inserted, upserted, failed, deleted } = results.bulk2_ingest
    expect(inserted.map((job: Record<string, number>) => job.numberRecordsProcessed)).toEqual([25, 15])
    expect(inserted.map((job: Record<string, number>) => job.numberRecordsFailed)).toEqual([0, 0])
    expect(upserted).toMatchObject([{ numberRecordsProcessed: 2, numberRecordsFailed: 1 }])
    expect(failed).toContain("REQUIRED_FIELD_MISSING")
    expect(deleted).toMatchObject([{ numberRecordsProcessed: 40, numberRecordsFailed: 0 }])
  })
})
