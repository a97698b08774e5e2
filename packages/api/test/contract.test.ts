/** What is true of every endpoint, by the description that is made of them. */
import { assert, describe, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { DecantApi } from "../src/index.ts"

const description = OpenApi.fromApi(DecantApi)

const methods = ["get", "post", "put", "delete"] as const

const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [{ path, name: `${method} ${path}`, operation }]
  })
)

/** Every schema that a value is made of, references followed once. */
const schemasOf = (value: unknown, seen = new Set<string>()): ReadonlyArray<Record<string, unknown>> => {
  if (Array.isArray(value)) return value.flatMap((item) => schemasOf(item, seen))
  if (typeof value !== "object" || value === null) return []
  const own = value as Record<string, unknown>
  const reference = typeof own.$ref === "string" ? own.$ref : null
  if (reference !== null) {
    if (seen.has(reference)) return []
    seen.add(reference)
    const name = reference.split("/").at(-1) ?? ""
    return schemasOf(description.components.schemas[name], seen)
  }
  return [own, ...Object.values(own).flatMap((item) => schemasOf(item, seen))]
}

const keysOf = (value: unknown): ReadonlyArray<string> =>
  schemasOf(value).flatMap(({ properties }) => Object.keys(properties ?? {}))

describe("every endpoint", () => {
  it("is there once under /api", () => {
    assert.isAbove(operations.length, 35)
    for (const { path } of operations) assert.isTrue(path.startsWith("/api/"), path)
  })

  for (const { name, path, operation } of operations) {
    if (path === "/api/session") continue
    it(`${name} can answer that nobody is signed in`, () => {
      assert.property(operation.responses, "401")
    })
  }

  const secrets = [
    "clientSecret",
    "privateKey",
    "passphrase",
    "accessToken",
    "refreshToken",
    "password",
    "token"
  ]
  for (const { name, operation } of operations) {
    it(`${name} answers without a key for a secret`, () => {
      const keys = keysOf(operation.responses)
      for (const secret of secrets) assert.notInclude(keys, secret)
    })
  }
})

it("the check for secrets finds them where they go in", () => {
  const jwt = operations.find(({ name }) => name === "post /api/connect/jwt")
  assert.includeMembers([...keysOf(jwt?.operation.requestBody)], ["privateKey", "passphrase"])
})
