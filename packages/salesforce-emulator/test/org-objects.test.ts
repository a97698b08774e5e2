/** Every object of the demo org: it describes, all its fields can be read, and it holds the rows it should. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, queryAll, truth } from "./support/queries.ts"

const root = "/services/data/v68.0"

/** Rows of each object that a query finds, beside the four that other tests count; archived activities are not. */
const rows = {
  AccountHistory: 240,
  AccountShare: 100,
  AppDefinition: 3,
  Audit_Event__b: 30,
  Campaign: 6,
  CampaignMember: 120,
  Case: 40,
  CaseStatus: 4,
  ContentDocument: 12,
  ContentDocumentLink: 12,
  ContentVersion: 12,
  Event: 28,
  FieldPermissions: 0,
  Group: 1,
  Invoice__x: 30,
  Lead: 30,
  LoginHistory: 200,
  ObjectPermissions: 0,
  OpportunityStage: 10,
  Organization: 1,
  PermissionSet: 4,
  PermissionSetAssignment: 1,
  Pricebook2: 1,
  PricebookEntry: 6,
  Product2: 6,
  Profile: 3,
  RecordType: 0,
  Reference_Quote__c: 120,
  Reference_Request__c: 80,
  Region__mdt: 4,
  Task: 30,
  TaskPriority: 3,
  TaskStatus: 5,
  UserPermissionAccess: 1,
  UserRole: 5,
  Wide__c: 25
}

interface Described {
  readonly name: string
  readonly queryable: boolean
  readonly fields: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly childRelationships: ReadonlyArray<Readonly<Record<string, unknown>>>
}

const allObjects = Effect.gen(function* () {
  const { call } = yield* EmulatedOrg
  const { sobjects } = (yield* call(`${root}/sobjects`)).json
  return yield* Effect.forEach(sobjects as ReadonlyArray<Described>, ({ name }) =>
    Effect.map(call(`${root}/sobjects/${name}/describe`), ({ json }) => json as Described)
  )
})

/** Queries all fields but compounds; gives the number of rows. */
const readWhole = ({ name, queryable, fields }: Described) =>
  Effect.gen(function* () {
    const plain = fields
      .filter(({ type }) => type !== "address" && type !== "location")
      .map((field) => field.name)
    const answer = yield* query(`SELECT ${plain.join(", ")} FROM ${name}`)
    assert.strictEqual(answer.status, queryable ? 200 : 400, `${name}: ${answer.text.slice(0, 300)}`)
    const [first] = answer.json.records ?? []
    if (first !== undefined) assert.deepStrictEqual(Object.keys(first), ["attributes", ...plain], name)
    return [name, answer.json.totalSize as number | undefined] as const
  })

layer(EmulatedOrg.layer({}, { dataset: "demo" }), { excludeTestServices: true })("the demo org", (it) => {
  it.effect(
    "lets every field of every object be queried, and holds the rows it should",
    () =>
      Effect.gen(function* () {
        const counts = Object.fromEntries(yield* Effect.forEach(yield* allObjects, readWhole))
        for (const [name, count] of Object.entries(rows)) assert.strictEqual(counts[name], count, name)
        assert.isAbove(counts.OpportunityLineItem ?? 0, 300)
        assert.isAbove(counts.OpportunityHistory ?? 0, 5000)
        assert.strictEqual(counts.OpportunityContactRole, 300)
        assert.strictEqual((yield* queryAll("SELECT Id FROM Task")).json.totalSize, 60)
        assert.strictEqual((yield* queryAll("SELECT Id FROM Event")).json.totalSize, 40)
      }),
    30_000
  )

  it.effect("has an object of 400 fields of every type a custom field may have", () =>
    Effect.gen(function* () {
      const wide = (yield* allObjects).find(({ name }) => name === "Wide__c")
      assert.strictEqual(wide?.fields.length, 400)
      const types = new Set(wide?.fields.map(({ type }) => type))
      for (const type of [
        "address",
        "boolean",
        "currency",
        "date",
        "datetime",
        "double",
        "email",
        "encryptedstring",
        "location",
        "multipicklist",
        "percent",
        "phone",
        "picklist",
        "reference",
        "string",
        "textarea",
        "time",
        "url"
      ]) {
        assert.isTrue(types.has(type), type)
      }
    })
  )

  it.effect("reads children by the relationship names describe gives", () =>
    Effect.gen(function* () {
      const account = (yield* allObjects).find(({ name }) => name === "Account")
      const named = account?.childRelationships.map(
        ({ childSObject, relationshipName }) => `${childSObject} ${relationshipName}`
      )
      for (const [child, relationship] of [
        ["Contact", "Contacts"],
        ["Opportunity", "Opportunities"],
        ["Case", "Cases"],
        ["Task", "Tasks"],
        ["Event", "Events"],
        ["AccountHistory", "Histories"],
        ["AccountShare", "Shares"],
        ["ContentDocumentLink", "ContentDocumentLinks"],
        ["Reference_Request__c", "Reference_Requests__r"]
      ]) {
        assert.isTrue(named?.includes(`${child} ${relationship}`), relationship)
        const answer = yield* query(`SELECT Id, (SELECT Id FROM ${relationship}) FROM Account LIMIT 5`)
        assert.strictEqual(answer.status, 200, answer.text)
      }
    })
  )

  it.effect("shows what a parent says without storing it, and sums up details", () =>
    Effect.gen(function* () {
      const contact = (yield* query("SELECT ContactId FROM Case WHERE ContactId != null LIMIT 1")).json
        .records[0]
      yield* change("Contact", { update: [{ Id: contact.ContactId, Email: "new@mirror.example" }] })
      const cases = yield* query(`SELECT ContactEmail FROM Case WHERE ContactId = '${contact.ContactId}'`)
      assert.strictEqual(cases.json.records[0].ContactEmail, "new@mirror.example")

      const quoted = (yield* query(
        "SELECT Reference_Request__c r, COUNT(Id) n, SUM(Value__c) v FROM Reference_Quote__c GROUP BY Reference_Request__c ORDER BY Reference_Request__c LIMIT 1"
      )).json.records[0]
      const request = (yield* query(
        `SELECT Quotes__c, Quoted_Value__c FROM Reference_Request__c WHERE Id = '${quoted.r}'`
      )).json.records[0]
      assert.strictEqual(request.Quotes__c, quoted.n)
      assert.strictEqual(request.Quoted_Value__c, quoted.v)
    })
  )

  it.effect("reads a parent of several objects as a Name of the object it is", () =>
    Effect.gen(function* () {
      const answer = yield* query(
        "SELECT Who.Name, What.Name, What.Type, Owner.Name FROM Task WHERE WhatId != null AND WhoId != null ORDER BY Id LIMIT 1"
      )
      const [task] = answer.json.records
      assert.strictEqual(task.What.attributes.type, "Name")
      assert.include(task.What.attributes.url, `/sobjects/${task.What.Type}/`)
      assert.include(task.Who.attributes.url, "/sobjects/Contact/")
      assert.isString(task.Who.Name)
      assert.isString(task.Owner.Name)
    })
  )

  it.effect("shows one Id for every app, and the address of a file instead of the file", () =>
    Effect.gen(function* () {
      const apps = (yield* query("SELECT Id, DurableId FROM AppDefinition")).json.records
      assert.strictEqual(new Set(apps.map(({ Id }: { Id: string }) => Id)).size, 1)
      assert.strictEqual(new Set(apps.map(({ DurableId }: { DurableId: string }) => DurableId)).size, 3)
      const [file] = (yield* query("SELECT Id, VersionData FROM ContentVersion LIMIT 1")).json.records
      assert.match(
        file.VersionData,
        new RegExp(`^/services/data/v\\d+\\.0/sobjects/ContentVersion/${file.Id}/VersionData$`)
      )
    })
  )

  it.effect("deletes campaign members without a recycle bin", () =>
    Effect.gen(function* () {
      const [member] = yield* truth("CampaignMember")
      yield* change("CampaignMember", { delete: [member?.Id] })
      const found = yield* queryAll(`SELECT Id FROM CampaignMember WHERE Id = '${member?.Id}'`)
      assert.strictEqual(found.json.totalSize, 0)
      assert.strictEqual((yield* truth("CampaignMember")).length, 119)
    })
  )
})
