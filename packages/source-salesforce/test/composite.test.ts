import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { getTogether } from "../src/org/composite.ts"
import { clientOf, json, refuse } from "./wire.ts"

const part = (status: number, body: unknown) => ({
  body,
  httpStatusCode: status,
  httpHeaders: {},
  referenceId: "x"
})

describe("several resources together", () => {
  it.live("cost one call for up to 25, in their order", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf((_, response) =>
        json(response, 200, {
          compositeResponse: Array.from({ length: 25 }, (_, index) => part(200, { index }))
        })
      )
      const paths = Array.from({ length: 30 }, (_, index) => `/r${index}`)
      const replies = yield* getTogether(client, paths)
      assert.strictEqual(asked.length, 2)
      assert.deepStrictEqual(
        replies.map(({ text }) => JSON.parse(text).index),
        [...Array(25).keys(), ...Array(5).keys()]
      )
    }).pipe(Effect.scoped)
  )

  it.live("keep a missing one as its own answer and ask again for one that failed for now", () =>
    Effect.gen(function* () {
      const { client, asked } = yield* clientOf(({ method }, response) =>
        method === "POST"
          ? json(response, 200, {
              compositeResponse: [
                part(200, { name: "A" }),
                part(404, [{ errorCode: "NOT_FOUND" }]),
                part(503, null)
              ]
            })
          : json(response, 200, { name: "C" })
      )
      const replies = yield* getTogether(client, ["/a", "/b", "/c"])
      assert.deepStrictEqual(
        replies.map(({ status }) => status),
        [200, 404, 200]
      )
      assert.deepStrictEqual(
        asked.map(({ path }) => path),
        ["/services/data/v67.0/composite", "/c"]
      )
    }).pipe(Effect.scoped)
  )

  it.live("are asked for one by one where there is no /composite", () =>
    Effect.gen(function* () {
      const { client } = yield* clientOf(({ path }, response) =>
        path === "/a" ? json(response, 200, { name: "A" }) : refuse(response, 404, "NOT_FOUND", "not there")
      )
      const replies = yield* getTogether(client, ["/a", "/b"])
      assert.deepStrictEqual(
        replies.map(({ status }) => status),
        [200, 404]
      )
    }).pipe(Effect.scoped)
  )
})
