import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted } from "effect"
import { decodeSpec } from "../src/spec/decode-spec.ts"
import { specJsonSchema } from "../src/spec/json-schema.ts"
import { keyMeanings } from "../src/spec/key-meanings.ts"

const env = { ORG: "https://acme.my.salesforce.com", SECRET: "hunter2" }

const good = `
version: 1
name: acme
source:
  type: salesforce
  environment: \${ORG}
  auth:
    method: client-credentials
    clientId: key
    clientSecret: \${SECRET}
  apiBudget: { org: 90%, own: 25% }
  lookback: 15 minutes
  streams:
    - object: Account
      roles: { logo: Customer_Logo__c }
    - name: wins
      soql: SELECT Id FROM Opportunity WHERE IsWon = true
destination:
  type: duckdb
  path: ./acme.duckdb
`

const decode = (text: string, variables: Record<string, string | undefined> = env) =>
  decodeSpec({ file: "acme.yaml", text, env: variables })

const mistakes = (text: string, variables?: Record<string, string | undefined>) =>
  decode(text, variables).pipe(
    Effect.flip,
    Effect.map((error) => {
      assert.strictEqual(error.code, "SPEC_INVALID")
      return error.message
        .split("\n")
        .slice(1)
        .map((line) => line.trim())
    })
  )

describe("a spec file", () => {
  it.effect("that is wrong says of each mistake its line and path, apart", () =>
    decode(good.replace("lookback:", "lookbak:").replace("type: duckdb", "type: oracle")).pipe(
      Effect.flip,
      Effect.map(({ mistakes }) =>
        assert.deepStrictEqual(
          mistakes?.map(({ line, path }) => ({ line, path })),
          [
            { line: 12, path: "source.lookbak" },
            { line: 19, path: "destination.type" }
          ]
        )
      )
    )
  )

  it.effect("is decoded with its defaults, secrets redacted", () =>
    Effect.gen(function* () {
      const { spec, warnings } = yield* decode(good)
      assert.deepStrictEqual(warnings, [])
      assert.strictEqual(spec.source.environment, env.ORG)
      assert.strictEqual(spec.source.apiVersion, "67.0")
      assert.strictEqual(Duration.toMinutes(spec.source.lookback), 15)
      assert.deepStrictEqual(spec.source.apiBudget, { org: 0.9, own: 0.25 })
      assert.deepStrictEqual(spec.destination.deletes, { soft: "mark", hard: "mark" })
      assert.strictEqual(spec.destination.schema, "salesforce")
      const auth = spec.source.auth
      assert(auth.method === "client-credentials" && Redacted.isRedacted(auth.clientSecret))
      assert.strictEqual(Redacted.value(auth.clientSecret), "hunter2")
      assert.notInclude(JSON.stringify(spec), "hunter2")
    })
  )

  it.effect("names every mistake at once with line, path, expectation and nearest key", () =>
    Effect.gen(function* () {
      const text = good
        .replace("roles:", "rols:")
        .replace("method: client-credentials", "method: client-credential")
        .replace("type: duckdb", "type: duckdbb")
        .replace("lookback: 15 minutes", "lookback: 15 parsecs")
      assert.deepStrictEqual(yield* mistakes(text), [
        "line 8: source.auth.method: expected one of oauth, jwt-bearer, client-credentials, device, sf-cli, access-token",
        "line 12: source.lookback: expected a duration such as 10 minutes, 30s or 24h",
        "line 15: source.streams[0].rols: unknown key; did you mean `roles`?",
        "line 19: destination.type: expected one of duckdb, parquet, postgres"
      ])
    })
  )

  it.effect("counts a misspelt required key as one mistake", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* mistakes(good.replace("- object: Account", "- objct: Account")), [
        "line 14: source.streams[0].objct: unknown key; did you mean `object`?"
      ])
    })
  )

  it.effect("names no key that is far from the one that is wrong", () =>
    Effect.gen(function* () {
      const [first = ""] = yield* mistakes(good.replace("  lookback:", "  colour:"))
      assert.match(first, /^line 12: source\.colour: unknown key; known here: type, environment, /)
    })
  )

  const refused: ReadonlyArray<readonly [string, string, string]> = [
    ["an org that would get the secret unencrypted", "${ORG}", "http://acme.my.salesforce.com"],
    ["an org behind an address that only looks like this machine", "${ORG}", "http://localhost.evil.com"],
    ["a share of more than all calls", "own: 25%", "own: 101%"],
    ["an API version that has no Bulk API 2.0", "lookback:", 'apiVersion: "29.0"\n  lookback:'],
    ["a time zone that there is not", "version: 1", "version: 1\ntimezone: Middle/Earth"],
    ["a name too long for a file", "name: acme", `name: ${"a".repeat(64)}`],
    ["a name that leads elsewhere", "name: acme", "name: ../acme"]
  ]
  for (const [what, from, to] of refused) {
    it.effect(`refuses ${what}`, () =>
      Effect.map(mistakes(good.replace(from, to)), (found) => assert.lengthOf(found, 1))
    )
  }

  it.effect("never prints a value, neither of a variable nor of the file", () =>
    Effect.gen(function* () {
      const text = good
        .replace("${ORG}", "ftp://${SECRET}")
        .replace("clientSecret: ", "clientSecret:\n      - ")
      const message = (yield* mistakes(text)).join("\n")
      assert.notInclude(message, "hunter2")
      assert.include(message, "source.environment")
      assert.include(message, "source.auth.clientSecret")
    })
  )

  it.effect("says which environment variable is missing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* mistakes(good, { ORG: env.ORG }), [
        "line 10: source.auth.clientSecret: the environment variable SECRET is not set"
      ])
      assert.deepStrictEqual(
        yield* mistakes(good, { ...env, SECRET: "" }),
        yield* mistakes(good, { ORG: env.ORG })
      )
    })
  )

  it.effect("says it once of a variable that one text names twice", () =>
    Effect.gen(function* () {
      const text = good.replace("${SECRET}", "${SECRET}${SECRET}")
      assert.lengthOf(yield* mistakes(text, { ORG: env.ORG }), 1)
    })
  )

  it.effect("lets a variable fill a text but never add structure", () =>
    Effect.gen(function* () {
      const { spec } = yield* decode(good, { ...env, SECRET: "a\ndestination: {type: postgres}" })
      assert.strictEqual(spec.destination.type, "duckdb")
    })
  )

  it.effect("warns of a secret written in clear, without showing it", () =>
    Effect.gen(function* () {
      const { warnings } = yield* decode(good.replace("${SECRET}", "opensesame"))
      assert.strictEqual(warnings.length, 1)
      assert.include(warnings[0], "source.auth.clientSecret is written in clear")
      assert.notInclude(warnings[0], "opensesame")
      const alerts = `${good}alerts: [{ webhook: https://hooks.example.com/opensesame }]\n`
      assert.match((yield* decode(alerts)).warnings.join(), /alerts\[0\]\.webhook is written in clear/)
    })
  )

  it.effect("refuses two streams of one name, and masks on what identifies or orders rows", () =>
    Effect.gen(function* () {
      const text = good.replace(
        "- name: wins",
        "- object: account\n      mask: { Id: hmac, SystemModstamp: drop, CreatedDate: drop, LastModifiedDate: drop }\n    - name: wins"
      )
      assert.deepStrictEqual(yield* mistakes(text), [
        "line 16: source.streams[1]: a stream called account stands above already; give this one a `name`",
        ...["Id", "SystemModstamp", "LastModifiedDate", "CreatedDate"].map(
          (field) =>
            `line 17: source.streams[1].mask.${field}: cannot be masked: it identifies rows or orders their versions`
        )
      ])
    })
  )

  it.effect("reports broken YAML by line, an empty file by its missing keys, and a flood of aliases", () =>
    Effect.gen(function* () {
      assert.match((yield* mistakes("version: 1\nname: [")).join(), /^line \d: /)
      assert.deepStrictEqual(yield* mistakes(""), [
        "version: is missing",
        "name: is missing",
        "source: is missing",
        "destination: is missing"
      ])
      const flood = `a: &a x\nb: [${Array.from({ length: 60 }, () => "*a").join(", ")}]\n`
      assert.deepStrictEqual(yield* mistakes(flood), ["more than 50 YAML aliases"])
    })
  )
})

describe("the JSON Schema", () => {
  const paths = (node: unknown, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
    if (Array.isArray(node)) return node.flatMap((item) => paths(item, path))
    if (typeof node !== "object" || node === null) return []
    return Object.entries(node).flatMap(([key, value]) =>
      key === "properties"
        ? Object.entries(value as object).flatMap(([name, inner]) => [
            [...path, name],
            ...paths(inner, [...path, name])
          ])
        : paths(value, path)
    )
  }

  it("says of every key what it means, and of no other", () => {
    const all = paths(specJsonSchema(), [])
    const known = new Set(all.flatMap((path) => [path.join("."), path.at(-1) ?? ""]))
    assert.deepStrictEqual(
      all
        .map((path) => path.join("."))
        .filter((path) => !(path in keyMeanings) && !((path.split(".").at(-1) ?? "") in keyMeanings)),
      []
    )
    assert.deepStrictEqual(
      Object.keys(keyMeanings).filter((path) => !known.has(path)),
      []
    )
  })

  it("refuses unknown keys, as the decoder does", () => {
    assert.strictEqual(specJsonSchema().additionalProperties, false)
  })
})
