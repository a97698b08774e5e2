import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { pagesAfter } from "../src/rest/pages-ahead.ts"
import { firstPage } from "../src/rest/rest-query.ts"
import { clientOf, json, refuse } from "./wire.ts"

const address = (page: number): string => `/services/data/v67.0/query/01g-${page}`

/** Salesforce's order of members, or another one. */
const reply = (page: number, of: number, headFirst = true) => {
  const head = {
    totalSize: of,
    done: page === of,
    ...(page === of ? {} : { nextRecordsUrl: address(page + 1) })
  }
  const records = [{ Id: `00${page}`, Amount: 9007199254740993n }]
  const text = JSON.stringify(headFirst ? { ...head, records } : { records, ...head }, (_, value) =>
    typeof value === "bigint" ? "BIG" : value
  )
  return text.replaceAll('"BIG"', "9007199254740993")
}

const pageOf = (path: string): number => (path.includes("/query/01g-") ? Number(path.split("-").at(-1)) : 1)

describe("the pages of a query", () => {
  for (const headFirst of [true, false]) {
    it.live(`come once each and in their order${headFirst ? "" : ", whatever comes first in a reply"}`, () =>
      Effect.gen(function* () {
        const { client, asked } = yield* clientOf(({ path }, response) => {
          response.setHeader("content-type", "application/json")
          response.end(reply(pageOf(path), 4, headFirst))
        })
        const first = yield* firstPage(client, "Thing", "SELECT Id FROM Thing__c")
        const pages = yield* pagesAfter(client, "Thing", first)
        const ids: Array<unknown> = []
        for (let page = yield* pages.next; page !== null; page = yield* pages.next) {
          ids.push(...page.records.map(({ Id, Amount }) => [Id, Amount]))
        }
        const amount = "9007199254740993"
        assert.deepStrictEqual(ids, [
          ["002", amount],
          ["003", amount],
          ["004", amount]
        ])
        assert.deepStrictEqual(
          asked.slice(1).map(({ path }) => path),
          [2, 3, 4].map(address)
        )
      }).pipe(Effect.scoped)
    )
  }

  it.live("are on their way while the one before is read", () =>
    Effect.gen(function* () {
      const third = Promise.withResolvers<void>()
      const { client } = yield* clientOf(({ path }, response) => {
        const page = pageOf(path)
        if (page === 3) third.resolve()
        response.end(reply(page, 3))
      })
      const first = yield* firstPage(client, "Thing", "SELECT Id FROM Thing__c")
      const pages = yield* pagesAfter(client, "Thing", first)
      yield* pages.next
      yield* Effect.promise(() => third.promise)
      assert.strictEqual((yield* pages.next)?.records[0]?.Id, "003")
      assert.isNull(yield* pages.next)
    }).pipe(Effect.scoped)
  )

  it.live("fail where they are asked for, not before", () =>
    Effect.gen(function* () {
      const { client } = yield* clientOf(({ path }, response) =>
        pageOf(path) === 3
          ? refuse(response, 400, "INVALID_QUERY_LOCATOR", "invalid query locator")
          : void response.end(reply(pageOf(path), 4))
      )
      const first = yield* firstPage(client, "Thing", "SELECT Id FROM Thing__c")
      const pages = yield* pagesAfter(client, "Thing", first)
      assert.strictEqual((yield* pages.next)?.records[0]?.Id, "002")
      assert.strictEqual((yield* Effect.flip(pages.next)).code, "API_LOCATOR_EXPIRED")
    }).pipe(Effect.scoped)
  )

  it.live("are refused when a record is none", () =>
    Effect.gen(function* () {
      const { client } = yield* clientOf((_, response) =>
        json(response, 200, { totalSize: 1, done: true, records: ["x"] })
      )
      const error = yield* Effect.flip(firstPage(client, "Thing", "SELECT Id FROM Thing__c"))
      assert.strictEqual(error.code, "ORG_REPLY_INVALID")
    }).pipe(Effect.scoped)
  )
})
