import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { codesOf, dataPath, records, rest } from "./support/rest.ts"

const url = (path: string) => `${dataPath}/${path}`
const account = (referenceId: string, body: unknown) => ({
  method: "POST",
  url: url("sobjects/Account"),
  referenceId,
  body
})
const contact = (referenceId: string, body: unknown) => ({
  method: "POST",
  url: url("sobjects/Contact"),
  referenceId,
  body
})

const composite = Effect.fnUntraced(function* (
  allOrNone: boolean,
  ...compositeRequest: ReadonlyArray<unknown>
) {
  const { json } = yield* rest("POST", "composite", { allOrNone, compositeRequest })
  return json.compositeResponse
})

// biome-ignore lint/suspicious/noExplicitAny: parts of the answer
const statuses = (parts: ReadonlyArray<any>) => parts.map(({ httpStatusCode }) => httpStatusCode)

const countOf = Effect.fnUntraced(function* (object: string) {
  return (yield* records(`SELECT Id FROM ${object}`)).length
})

layer(EmulatedOrg.layer({}, { dataset: "empty" }))("requests in one", (it) => {
  it.effect("a later part uses what an earlier one answered", () =>
    Effect.gen(function* () {
      const parts = yield* composite(
        false,
        account("a", { Name: "Mill" }),
        contact("c", { LastName: "Ann", AccountId: "@{a.id}" }),
        {
          method: "GET",
          url: url("query?q=SELECT+Id,Account.Name+FROM+Contact+WHERE+Id='@{c.id}'"),
          referenceId: "q"
        }
      )
      assert.deepStrictEqual(statuses(parts), [201, 201, 200])
      assert.strictEqual(parts[2].body.records[0].Account.Name, "Mill")
      assert.strictEqual(parts[0].httpHeaders.Location, url(`sobjects/Account/${parts[0].body.id}`))
    })
  )

  it.effect("each graph happens whole or not at all", () =>
    Effect.gen(function* () {
      const before = yield* countOf("Account")
      const { json } = yield* rest("POST", "composite/graph", {
        graphs: [
          {
            graphId: "good",
            compositeRequest: [
              account("a", { Name: "Graph" }),
              contact("c", { LastName: "Ann", AccountId: "@{a.id}" })
            ]
          },
          {
            graphId: "bad",
            compositeRequest: [account("a", { Name: "Undone" }), contact("c", { AccountId: "@{a.id}" })]
          }
        ]
      })
      const [good, bad] = json.graphs
      assert.deepStrictEqual([good.graphId, good.isSuccessful], ["good", true])
      assert.deepStrictEqual(statuses(good.graphResponse.compositeResponse), [201, 201])
      assert.deepStrictEqual([bad.graphId, bad.isSuccessful], ["bad", false])
      const [undone, missing] = bad.graphResponse.compositeResponse
      assert.strictEqual(undone.body[0].errorCode, "PROCESSING_HALTED")
      assert.strictEqual(missing.body[0].errorCode, "REQUIRED_FIELD_MISSING")
      assert.strictEqual(yield* countOf("Account"), before + 1)
      const twice = { graphId: "x", compositeRequest: [] }
      const refused = yield* rest("POST", "composite/graph", { graphs: [twice, twice] })
      assert.strictEqual(refused.status, 400)
      const many = Array.from({ length: 501 }, (_, at) => account(`a${at}`, { Name: "A" }))
      const tooMany = yield* rest("POST", "composite/graph", {
        graphs: [{ graphId: "x", compositeRequest: many }]
      })
      assert.strictEqual(tooMany.status, 400)
      const query = { method: "GET", url: url("query?q=SELECT+Id+FROM+Account"), referenceId: "q" }
      const other = yield* rest("POST", "composite/graph", {
        graphs: [{ graphId: "x", compositeRequest: [query] }]
      })
      assert.strictEqual(other.status, 400)
    })
  )

  it.effect("a reference may be percent-encoded, and what it stands for may hold any sign", () =>
    Effect.gen(function* () {
      const name = 'Tom & "Ann" #1'
      const parts = yield* composite(
        false,
        account("a", { Name: name }),
        { method: "GET", url: url("sobjects/Account/@{a.id}"), referenceId: "read" },
        account("copy", { Name: "@{read.Name}" }),
        {
          method: "GET",
          url: url(
            `query?q=${encodeURIComponent("SELECT Name FROM Account WHERE Name = '@{read.Name}' AND Id != '@{a.id}'")}`
          ),
          referenceId: "q"
        },
        {
          method: "GET",
          url: url("query?q=SELECT+Id+FROM+Account+WHERE+Name='%40%7Bq.records%5B0%5D.Name%7D'"),
          referenceId: "both"
        }
      )
      assert.deepStrictEqual(statuses(parts), [201, 200, 201, 200, 200])
      assert.strictEqual(parts[3].body.records[0].Name, name)
      assert.strictEqual(parts[4].body.totalSize, 2)
    })
  )

  it.effect("settings that are null are as good as left out, and a boolean may come as text", () =>
    Effect.gen(function* () {
      const collection = yield* rest("POST", "composite/sobjects", {
        allOrNone: null,
        records: [{ attributes: { type: "Account" }, Name: "Null" }]
      })
      assert.strictEqual(collection.json[0].success, true)
      const read = { method: "GET", url: url("limits"), body: null, httpHeaders: null }
      const composed = yield* rest("POST", "composite", {
        allOrNone: "true",
        collateSubrequests: null,
        compositeRequest: [{ ...read, referenceId: "a" }, account("b", { Name: "Undone" }), account("c", {})]
      })
      assert.deepStrictEqual(statuses(composed.json.compositeResponse), [400, 400, 400])
      const batch = yield* rest("POST", "composite/batch", {
        haltOnError: null,
        batchRequests: [{ method: "GET", url: "v68.0/limits", richInput: null }]
      })
      assert.strictEqual(batch.json.results[0].statusCode, 200)
      const search = yield* rest("POST", "parameterizedSearch", {
        q: "nobody",
        sobjects: [{ name: "Account", fields: null, where: null, orderBy: null, limit: null }],
        overallLimit: null
      })
      assert.deepStrictEqual(search.json, { searchRecords: [] })
      const not = yield* rest("POST", "composite/sobjects", { allOrNone: "perhaps", records: [] })
      assert.deepStrictEqual([not.status, codesOf(not.json)], [400, ["JSON_PARSER_ERROR"]])
    })
  )

  it.effect("without allOrNone a part that fails halts only what refers to it", () =>
    Effect.gen(function* () {
      const parts = yield* composite(
        false,
        account("bad", {}),
        contact("c", { LastName: "Bob", AccountId: "@{bad.id}" }),
        account("good", { Name: "Good" })
      )
      assert.deepStrictEqual(statuses(parts), [400, 400, 201])
      assert.deepStrictEqual(codesOf(parts[1].body), ["PROCESSING_HALTED"])
    })
  )

  it.effect("with allOrNone nothing stays of what came before a failure", () =>
    Effect.gen(function* () {
      const before = yield* countOf("Account")
      const parts = yield* composite(
        true,
        account("a", { Name: "Undone" }),
        account("b", {}),
        account("c", { Name: "x" })
      )
      assert.deepStrictEqual(statuses(parts), [400, 400, 400])
      assert.deepStrictEqual(
        parts.flatMap(({ body }: { body: Array<{ errorCode: string }> }) => codesOf(body)),
        ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
      )
      assert.strictEqual(yield* countOf("Account"), before)
      const kept = yield* composite(true, account("a", { Name: "Kept" }), account("b", { Name: "Kept" }))
      assert.deepStrictEqual(statuses(kept), [201, 201])
      assert.strictEqual(yield* countOf("Account"), before + 2)
    })
  )

  it.effect("writes beside a composite call neither wait for ever nor get lost", () =>
    Effect.gen(function* () {
      const before = yield* countOf("Account")
      const pair = composite(true, account("a", { Name: "Pair" }), account("b", { Name: "Pair" }))
      const single = rest("POST", "sobjects/Account", { Name: "Single" })
      yield* Effect.all([pair, single, pair, single, pair, single], { concurrency: 6 })
      assert.strictEqual(yield* countOf("Account"), before + 9)
    })
  )

  it.effect("parts that are no requests are refused, each for itself", () =>
    Effect.gen(function* () {
      const parts = yield* composite(
        false,
        { method: "BAD METHOD", url: url("limits"), referenceId: "a" },
        { method: "GET", url: "/nowhere", referenceId: "b" },
        { method: "GET", url: url("limits"), referenceId: "c", body: {} }
      )
      assert.deepStrictEqual(statuses(parts), [400, 404, 200])
      const twice = yield* rest("POST", "composite", {
        compositeRequest: [account("a", {}), account("a", {})]
      })
      assert.deepStrictEqual([twice.status, ...codesOf(twice.json)], [400, "INVALID_INPUT"])
    })
  )

  it.effect("a batch counts each of its parts, a composite call only itself", () =>
    Effect.gen(function* () {
      const used = Effect.map(
        rest("GET", "limits"),
        ({ json }) => json.DailyApiRequests.Max - json.DailyApiRequests.Remaining
      )
      const get = { method: "GET", url: "v68.0/sobjects/Account/describe" }
      const start = yield* used
      yield* composite(
        false,
        { ...get, url: url("limits"), referenceId: "a" },
        { ...get, url: url("limits"), referenceId: "b" }
      )
      assert.strictEqual((yield* used) - start, 2)
      const { json } = yield* rest("POST", "composite/batch", {
        batchRequests: [get, { method: "GET", url: "v68.0/nonsense" }]
      })
      assert.strictEqual(json.hasErrors, true)
      assert.deepStrictEqual(
        json.results.map(({ statusCode }: { statusCode: number }) => statusCode),
        [200, 404]
      )
      assert.isAtLeast((yield* used) - start, 5)
      const halted = yield* rest("POST", "composite/batch", {
        haltOnError: true,
        batchRequests: [{ method: "GET", url: "v68.0/nonsense" }, get]
      })
      assert.deepStrictEqual(codesOf(halted.json.results[1].result), ["BATCH_PROCESSING_HALTED"])
    })
  )
})

layer(EmulatedOrg.layer({}, { dataset: "empty" }))("records by the hundred", (it) => {
  const of = (type: string, values: object) => ({ attributes: { type }, ...values })

  it.effect("a collection answers for each record, in order", () =>
    Effect.gen(function* () {
      const made = yield* rest("POST", "composite/sobjects", {
        records: [
          of("Account", { Name: "A", External_Id__c: "A" }),
          of("Contact", {}),
          of("Contact", { LastName: "C", Account: { External_Id__c: "A" } })
        ]
      })
      assert.strictEqual(made.status, 200)
      const [first, second, third] = made.json
      assert.isTrue(first.success)
      // The parent is made by the same call, so it cannot be found by its external id yet.
      assert.deepStrictEqual([second.success, third.success], [false, false])
      assert.deepInclude(second.errors[0], { statusCode: "REQUIRED_FIELD_MISSING", fields: ["LastName"] })
      const [child] = (yield* rest("POST", "composite/sobjects", {
        records: [of("Contact", { LastName: "C", Account: { External_Id__c: "A" } })]
      })).json
      const changed = yield* rest("PATCH", "composite/sobjects", {
        records: [of("Contact", { id: child.id, Title: "CFO" }), of("Account", { Id: first.id, Name: "" })]
      })
      assert.deepStrictEqual(
        changed.json.map(({ success }: { success: boolean }) => success),
        [true, false]
      )
      const read = yield* rest("POST", "composite/sobjects/Contact", {
        ids: ["003000000000009", child.id],
        fields: ["Title", "Account.Name"]
      })
      assert.isNull(read.json[0])
      assert.deepInclude(read.json[1], { Title: "CFO" })
      const gone = yield* rest("DELETE", `composite/sobjects?ids=${child.id},003000000000009&allOrNone=true`)
      assert.deepStrictEqual(
        gone.json.map(({ errors }: { errors: Array<{ statusCode: string }> }) => errors[0]?.statusCode),
        ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"]
      )
    })
  )

  it.effect("upserting the same value twice in one call changes nothing twice", () =>
    Effect.gen(function* () {
      const twice = [
        of("Account", { External_Id__c: "D", Name: "1" }),
        of("Account", { External_Id__c: "d", Name: "2" })
      ]
      const { json } = yield* rest("PATCH", "composite/sobjects/Account/External_Id__c", { records: twice })
      assert.deepStrictEqual(
        json.map(({ success, created }: { success: boolean; created: boolean }) => [success, created]),
        [
          [true, true],
          [false, false]
        ]
      )
    })
  )

  it.effect("more records than the call takes are refused", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 201 }, () => of("Account", { Name: "x" }))
      const { status, json } = yield* rest("POST", "composite/sobjects", { records: many })
      assert.deepStrictEqual([status, ...codesOf(json)], [400, "EXCEEDED_ID_LIMIT"])
    })
  )

  it.effect("a tree is planted whole or not at all", () =>
    Effect.gen(function* () {
      const tree = (lastName: string | null) => ({
        records: [
          {
            attributes: { type: "Account", referenceId: "root" },
            Name: "Root",
            Contacts: {
              records: [{ attributes: { type: "Contact", referenceId: "leaf" }, LastName: lastName }]
            }
          }
        ]
      })
      const planted = yield* rest("POST", "composite/tree/Account", tree("Leaf"))
      assert.strictEqual(planted.status, 201)
      assert.deepStrictEqual(
        planted.json.results.map(({ referenceId }: { referenceId: string }) => referenceId),
        ["root", "leaf"]
      )
      const [root, leaf] = planted.json.results
      assert.deepStrictEqual(yield* records(`SELECT AccountId FROM Contact WHERE Id = '${leaf.id}'`), [
        { AccountId: root.id }
      ])
      const before = yield* countOf("Account")
      const refused = yield* rest("POST", "composite/tree/Account", tree(null))
      assert.strictEqual(refused.status, 400)
      assert.deepStrictEqual(refused.json.results[0].referenceId, "leaf")
      assert.strictEqual(yield* countOf("Account"), before)
    })
  )
})
