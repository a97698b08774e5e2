/** jsforce, the Salesforce client for Node, logs in, reads and writes. */
import { createPrivateKey, sign } from "node:crypto"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completeLogin } from "./support/browser.ts"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"
import { type Connection, type Fields, jsforce, type Saved } from "./support/jsforce.ts"

const version = "66.0"

let org: EmulatedOrg
let connection: Connection

beforeAll(async () => {
  org = await startEmulator()
  connection = connect()
})
afterAll(() => org?.stop())

const connect = (config: Fields = { accessToken: org.accessToken }): Connection =>
  new (jsforce().Connection)({ instanceUrl: org.url, loginUrl: org.url, version, ...config })

const live = async (object: string) =>
  [...(await org.truth(object)).values()].filter(({ IsDeleted }) => IsDeleted !== true)
const ids = (saved: ReadonlyArray<Saved>) => saved.map(({ id }) => id ?? "")
const names = (records: ReadonlyArray<{ readonly Name: string }>) => records.map(({ Name }) => Name)

describe("logging in", () => {
  it("by the web-server flow with PKCE, and a refresh when the access token has died", async () => {
    const { clientId, clientSecret, redirectUris } = org.apps.web
    const redirectUri = redirectUris.find((uri) => uri.includes(":8484/"))
    const oauth2 = new (jsforce().OAuth2)({
      loginUrl: org.url,
      clientId,
      clientSecret,
      redirectUri,
      useVerifier: true
    })
    let landed = new URL("http://nowhere.invalid")
    await completeLogin(
      oauth2.getAuthorizationUrl({ scope: "api refresh_token id", state: "s1" }),
      org,
      String(redirectUri),
      (url) => {
        landed = url
      }
    )
    expect(landed.searchParams.get("state")).toBe("s1")
    const own = connect({ oauth2 })
    const user = await own.authorize(String(landed.searchParams.get("code")))
    expect(user).toMatchObject({ organizationId: org.orgId })
    expect(own.refreshToken).toMatch(/^5Aep/)

    const refreshed: Array<string> = []
    own.on("refresh", (token) => refreshed.push(token))
    const dead = own.accessToken
    await org.control("tokens", { expire: { token: dead } })
    expect((await own.query("SELECT COUNT() FROM User")).totalSize).toBeGreaterThan(0)
    expect(refreshed).toEqual([own.accessToken])
    expect(own.accessToken).not.toBe(dead)

    await org.control("tokens", { expire: { token: own.accessToken } })
    expect(await (await own.bulk2.query("SELECT Id FROM UserRole")).toArray()).not.toHaveLength(0)
    expect(refreshed).toHaveLength(2)
  })

  it("by JWT", async () => {
    const { clientId, privateKeyFile } = org.apps.jwt
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const claims = {
      iss: clientId,
      sub: org.username,
      aud: org.url,
      exp: Math.floor(Date.now() / 1000) + 180
    }
    const unsigned = `${part({ alg: "RS256" })}.${part(claims)}`
    const key = createPrivateKey(readFileSync(privateKeyFile))
    const assertion = `${unsigned}.${sign("sha256", Buffer.from(unsigned), key).toString("base64url")}`
    const own = connect({ oauth2: { loginUrl: org.url } })
    await own.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion })
    expect((await own.identity()).username).toBe(org.username)
  })

  it("by client credentials", async () => {
    const { clientId, clientSecret } = org.apps.clientCredentials
    const own = connect({ oauth2: { loginUrl: org.url, clientId, clientSecret } })
    const user = await own.authorize({ grant_type: "client_credentials" })
    expect(user.organizationId).toBe(org.orgId)
    expect((await own.query("SELECT Id FROM Account LIMIT 1")).totalSize).toBe(1)
  })

  it("by SOAP up to v64, refused above", async () => {
    const own = connect({ version: "60.0" })
    const user = await own.login(org.username, org.password)
    expect(user.organizationId).toBe(org.orgId)
    expect((await own.query("SELECT Id FROM Account LIMIT 1")).totalSize).toBe(1)
    await expect(connect({ version: "60.0" }).login(org.username, "wrong")).rejects.toThrow(/^INVALID_LOGIN/)
    await expect(connect({ version: "66.0" }).login(org.username, org.password)).rejects.toThrow()
  })

  it("logout ends the session", async () => {
    const own = connect({ version: "60.0" })
    await own.login(org.username, org.password)
    const { accessToken } = own
    await own.logout()
    await expect(connect({ accessToken }).query("SELECT Id FROM Account LIMIT 1")).rejects.toMatchObject({
      name: "INVALID_SESSION_ID"
    })
  })
})

describe("reading", () => {
  it("query, with the pages that follow fetched by itself", async () => {
    const all = [...(await org.truth("Contact")).keys()]
    expect(all.length).toBeGreaterThan(2000)
    const found: Array<string> = []
    await connection
      .query("SELECT Id FROM Contact ORDER BY Id")
      .on("record", ({ Id }) => found.push(Id))
      .run({ autoFetch: true, maxFetch: 10_000, scanAll: true })
    expect(found).toEqual(all)
  })

  it("query and queryMore with a batch size of one's own", async () => {
    const accounts = await live("Account")
    const first = await connection.query("SELECT Id, Owner.Name FROM Account ORDER BY Id", {
      headers: { "Sforce-Query-Options": "batchSize=200" }
    })
    expect(first).toMatchObject({ totalSize: accounts.length, done: false })
    expect(first.records).toHaveLength(200)
    const found = [...first.records]
    let page = first
    while (!page.done) {
      page = await connection.queryMore(page.nextRecordsUrl)
      found.push(...page.records)
    }
    expect(found.map(({ Id }) => Id)).toEqual(accounts.map(({ Id }) => Id))
    expect(found[0].Owner.Name).toBe((await org.truth("User")).get(String(accounts[0]?.OwnerId))?.Name)
  })

  it("find, by conditions", async () => {
    const found = await connection
      .sobject("Account")
      .find({ Industry: "Energy", "Owner.IsActive": true }, { Id: 1, Name: 1 })
    const users = await org.truth("User")
    const expected = (await live("Account")).filter(
      ({ Industry, OwnerId }) => Industry === "Energy" && users.get(String(OwnerId))?.IsActive === true
    )
    expect(names(found).sort()).toEqual(expected.map(({ Name }) => String(Name)).sort())
  })

  it("describe, describeGlobal, recent, identity and search", async () => {
    const account = await connection.describe("Account")
    const [row] = await live("Account")
    expect(account.fields.map(({ name }: { name: string }) => name)).toEqual(Object.keys(row ?? {}))
    const { sobjects } = await connection.describeGlobal()
    expect(sobjects.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["Account", "User"])
    )
    expect(await connection.sobject("Account").recent()).toEqual([])
    expect(await connection.identity()).toMatchObject({ username: org.username, organization_id: org.orgId })
    await connection.sobject("Account").create({ Name: "Qwertz Foundry" })
    const { searchRecords } = await connection.search(
      "FIND {qwertz} IN ALL FIELDS RETURNING Account(Id, Name)"
    )
    expect(names(searchRecords)).toEqual(["Qwertz Foundry"])
  })

  it("limits, and the usage that every answer brings along", async () => {
    const { DailyApiRequests } = await connection.limits()
    expect(connection.limitInfo.apiUsage?.limit).toBe(DailyApiRequests.Max)
    const before = connection.limitInfo.apiUsage?.used ?? 0
    await connection.query("SELECT Id FROM User LIMIT 1")
    expect(connection.limitInfo.apiUsage?.used).toBe(before + 1)
  })

  it("errors carry Salesforce's codes", async () => {
    const code = (name: string) => expect.objectContaining({ name })
    await expect(connection.query("SELECT Idx FROM Account")).rejects.toEqual(code("INVALID_FIELD"))
    await expect(connection.query("SELECT Id FROM Foo")).rejects.toEqual(code("INVALID_TYPE"))
    await expect(connection.query("SELECT FROM")).rejects.toEqual(code("MALFORMED_QUERY"))
    await expect(connection.describe("Foo")).rejects.toEqual(code("NOT_FOUND"))
    await expect(connection.queryMore("01gDn00000000ZZIAY-2000")).rejects.toEqual(
      code("INVALID_QUERY_LOCATOR")
    )
    await expect(connection.sobject("Account").retrieve("001000000000009")).rejects.toEqual(code("NOT_FOUND"))
    await expect(connection.sobject("Account").create({ Nmae: "x" })).rejects.toEqual(code("INVALID_FIELD"))
    await expect(connect({ accessToken: `${org.orgId.slice(0, 15)}!bad` }).limits()).rejects.toEqual(
      code("INVALID_SESSION_ID")
    )
  })
})

describe("writing", () => {
  it("one record", async () => {
    const accounts = connection.sobject("Account")
    const { id = "", success } = await accounts.create({ Name: "One", External_Id__c: "JS-1" })
    expect(success).toBe(true)
    expect(await accounts.retrieve(id)).toMatchObject({ Id: id, Name: "One", Industry: null })
    await accounts.update({ Id: id, Industry: "Media" })
    expect(await accounts.retrieve(id)).toMatchObject({ Industry: "Media" })
    expect(
      await accounts.upsert({ External_Id__c: "JS-1", Name: "Still one" }, "External_Id__c")
    ).toMatchObject({
      success: true,
      id,
      created: false
    })
    expect(await accounts.upsert({ External_Id__c: "JS-2", Name: "Two" }, "External_Id__c")).toMatchObject({
      success: true,
      created: true
    })
    await accounts.destroy(id)
    expect((await org.truth("Account")).get(id)).toMatchObject({ Name: "Still one", IsDeleted: true })
    await expect(accounts.destroy(id)).rejects.toMatchObject({ name: "ENTITY_IS_DELETED" })
  })

  it("many records, and which of them were refused", async () => {
    const contacts = connection.sobject("Contact")
    const created = await contacts.create([
      { LastName: "Many 1" },
      { FirstName: "Nobody" },
      { LastName: "Many 2" }
    ])
    expect(created.map(({ success }) => success)).toEqual([true, false, true])
    expect(created[1]?.errors[0]).toMatchObject({ statusCode: "REQUIRED_FIELD_MISSING" })
    const [first = "", , second = ""] = ids(created)

    const updated = await contacts.update([
      { Id: first, Title: "CFO" },
      { Id: second, Title: "x".repeat(200) }
    ])
    expect(updated.map(({ success }) => success)).toEqual([true, false])
    expect(updated[1]?.errors[0]).toMatchObject({ statusCode: "STRING_TOO_LONG" })

    const read = await contacts.retrieve([first, second, "003000000000009"])
    expect(read.map((record) => record?.Title ?? null)).toEqual(["CFO", null, null])
    expect(read[2]).toBeNull()

    const destroyed = await contacts.destroy([first, second])
    expect(destroyed.every(({ success }) => success)).toBe(true)
    expect((await org.truth("Contact")).get(first)).toMatchObject({ IsDeleted: true })
  })

  it("all or none", async () => {
    const records = [{ LastName: "Together 1" }, { FirstName: "Nobody" }]
    const created = await connection.sobject("Contact").create(records, { allOrNone: true })
    expect(created.map(({ success }) => success)).toEqual([false, false])
    expect(created[0]?.errors[0]).toMatchObject({ statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK" })
    expect((await live("Contact")).some(({ LastName }) => LastName === "Together 1")).toBe(false)
  })

  it("more than 200 records, which jsforce splits into several calls", async () => {
    const records = Array.from({ length: 450 }, (_, at) => ({
      Name: `Split ${at}`,
      External_Id__c: `SPLIT-${at}`
    }))
    const created = await connection.sobject("Account").create(records, { allowRecursive: true })
    expect(created.filter(({ success }) => success)).toHaveLength(450)
    const upserted = await connection.sobject("Account").upsert(
      [
        { attributes: { type: "Account" }, External_Id__c: "SPLIT-3", Name: "Split again" },
        { attributes: { type: "Account" }, External_Id__c: "SPLIT-NEW", Name: "Split new" }
      ],
      "External_Id__c"
    )
    expect(upserted.map(({ created: made }) => made)).toEqual([false, true])
    expect(upserted[0]?.id).toBe(created[3]?.id)
  })

  it("an external id that several records share is refused with all of their addresses", async () => {
    const twins = [1, 2].map((at) => ({ Name: `Twin ${at}`, External_Id__c: "TWIN" }))
    await org.control("records/Account", { insert: twins })
    const upsert = { External_Id__c: "TWIN", Name: "Which?" }
    const refused = connection.sobject("Account").upsert(upsert, "External_Id__c")
    await expect(refused).rejects.toMatchObject({ name: "MULTIPLE_CHOICES" })
  })

  it("deleted and updated", async () => {
    const contacts = connection.sobject("Contact")
    const [kept = "", gone = ""] = ids(await contacts.create([{ LastName: "Kept" }, { LastName: "Gone" }]))
    await contacts.destroy(gone)
    const from = new Date(Date.now() - 3_600_000).toISOString()
    const until = new Date(Date.now() + 120_000).toISOString()
    const deleted = await contacts.deleted(from, until)
    expect(deleted.deletedRecords.map(({ id }: { id: string }) => id)).toContain(gone)
    expect(deleted.latestDateCovered).toMatch(/\.000\+0000$/)
    const updated = await contacts.updated(from, until)
    expect(updated.ids).toContain(kept)
    expect(updated.ids).not.toContain(gone)
  })

  it("composite and batch requests", async () => {
    const { compositeResponse } = await connection.requestPost("/composite", {
      compositeRequest: [
        {
          method: "POST",
          url: `/services/data/v${version}/sobjects/Account`,
          referenceId: "a",
          body: { Name: "Composed" }
        },
        {
          method: "POST",
          url: `/services/data/v${version}/sobjects/Contact`,
          referenceId: "c",
          body: { LastName: "Composed", AccountId: "@{a.id}" }
        }
      ]
    })
    expect(compositeResponse.map(({ httpStatusCode }: { httpStatusCode: number }) => httpStatusCode)).toEqual(
      [201, 201]
    )
    const contact = (await org.truth("Contact")).get(compositeResponse[1].body.id)
    expect(contact?.AccountId).toBe(compositeResponse[0].body.id)
    const { hasErrors, results } = await connection.requestPost("/composite/batch", {
      batchRequests: [
        { method: "GET", url: `v${version}/sobjects/Account/describe` },
        { method: "GET", url: `v${version}/sobjects/Nonsense/describe` }
      ]
    })
    expect(hasErrors).toBe(true)
    expect(results).toMatchObject([{ statusCode: 200, result: { name: "Account" } }, { statusCode: 404 }])
  })
})

describe("in bulk", () => {
  it("query", async () => {
    const stream = await connection.bulk2.query("SELECT Id, Name, AnnualRevenue FROM Account")
    const records = await stream.toArray()
    const accounts = await live("Account")
    expect(records.map(({ Id }) => Id).sort()).toEqual(accounts.map(({ Id }) => Id))
  })

  it("queryAll finds the recycle bin", async () => {
    const stream = await connection.bulk2.query("SELECT Id, IsDeleted FROM Contact", { scanAll: true })
    expect(await stream.toArray()).toHaveLength((await org.truth("Contact")).size)
  })

  it("insert with rows that fail, upsert, update and delete", async () => {
    const load = (operation: string, input: ReadonlyArray<Fields>, more: Fields = {}) =>
      connection.bulk2.loadAndWaitForResults({
        object: "Account",
        operation,
        input,
        pollInterval: 100,
        ...more
      })
    const input = Array.from({ length: 30 }, (_, at) => ({
      Name: at === 7 ? "" : `Load ${at}`,
      External_Id__c: `LOAD-${at}`
    }))
    const inserted = await load("insert", input)
    expect(inserted.successfulResults).toHaveLength(29)
    expect(inserted.successfulResults[0]).toMatchObject({ sf__Created: "true", Name: "Load 0" })
    expect(inserted.failedResults).toMatchObject([
      {
        sf__Error: "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --",
        External_Id__c: "LOAD-7"
      }
    ])
    expect(inserted.unprocessedRecords).toEqual([])

    const keyed = [
      { External_Id__c: "LOAD-1", Name: "Load 1 again" },
      { External_Id__c: "LOAD-99", Name: "Load 99" }
    ]
    const upserted = await load("upsert", keyed, { externalIdFieldName: "External_Id__c" })
    expect(upserted.successfulResults.map(({ sf__Created }) => sf__Created)).toEqual(["false", "true"])

    const [first, second] = upserted.successfulResults.map(({ sf__Id }) => sf__Id)
    await load("update", [{ Id: first, Industry: "Energy" }])
    expect((await org.truth("Account")).get(first)).toMatchObject({
      Industry: "Energy",
      Name: "Load 1 again"
    })
    const deleted = await load("delete", [{ Id: first }, { Id: second }, { Id: "001000000000009AAA" }])
    expect(deleted.successfulResults).toHaveLength(2)
    expect(deleted.failedResults).toHaveLength(1)
    expect((await org.truth("Account")).get(first)).toMatchObject({ IsDeleted: true })
  })

  it("errors carry Salesforce's codes", async () => {
    await expect(connection.bulk2.query("SELECT Idx FROM Account")).rejects.toMatchObject({
      name: "INVALID_FIELD"
    })
    await expect(connection.bulk2.query("SELECT COUNT() FROM Account")).rejects.toThrow(
      /not supported in Bulk Query/
    )
  })
})
