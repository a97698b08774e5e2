import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { account, commitAfter, segment } from "./account.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { codeOf, folder, open } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)
const limits = { maxRows: 10, seconds: 5 }

const filled = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(subject, at)
  yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
  return { at, destination }
})

describe("Postgres: read-only queries", () => {
  it.live("refuse everything that does not read", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const refused = [
        `INSERT INTO "Account" ("Id") VALUES ('x')`,
        `DELETE FROM "Account"`,
        `WITH gone AS (DELETE FROM "Account" RETURNING 1) SELECT * FROM gone`,
        `EXPLAIN ANALYZE DELETE FROM "Account"`,
        `SELECT * INTO copied FROM "Account"`,
        `SELECT set_config('transaction_read_only', 'off', false), query_to_xml('DELETE FROM "Account"', true, true, '')`,
        `SELECT 1; DELETE FROM "Account"`,
        "SET ROLE postgres",
        `COPY "Account" TO PROGRAM 'cat'`,
        `COPY "Account" TO STDOUT`,
        '/* SELECT */ TRUNCATE salesforce."Account"',
        "BEGIN",
        "COMMIT",
        'DO $$ BEGIN DELETE FROM salesforce."Account"; END $$',
        "CREATE TABLE t (a integer)",
        "SELECT nextval('s') FROM (SELECT pg_sleep(0)) x",
        ""
      ]
      for (const sql of refused) {
        const code = yield* codeOf(destination.query(sql, limits))
        assert.include(["QUERY_REFUSED", "QUERY_FAILED"], code, sql)
      }
      const rows = yield* Effect.promise(() =>
        server.admin(at, 'SELECT count(*)::integer AS rows FROM salesforce."Account"')
      )
      assert.deepStrictEqual(rows, [{ rows: 1 }])
    })
  )

  it.live("are answered, also when they begin with a comment or a bracket", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      for (const sql of [
        `-- all\nSELECT * FROM "Account"`,
        `(SELECT 1)`,
        `WITH a AS (SELECT 1) SELECT * FROM a`,
        "VALUES (1)",
        `TABLE "Account"`,
        "SHOW server_version",
        `EXPLAIN SELECT * FROM "Account"`
      ]) {
        assert.isAbove((yield* destination.query(sql, limits)).rows.length, 0, sql)
      }
      const failure = yield* Effect.flip(destination.query(`SELECT nam FROM "Account"`, limits))
      assert.strictEqual(failure.code, "QUERY_FAILED")
      assert.include(failure.message, "nam")
    })
  )

  it.live("are stopped when they take too long, or when nobody waits for them", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const begun = Date.now()
      const slow = { maxRows: 1, seconds: 0.3 }
      assert.strictEqual(yield* codeOf(destination.query("SELECT pg_sleep(60)", slow)), "QUERY_TOO_LONG")
      const patient = { maxRows: 1, seconds: 60 }
      yield* Effect.timeoutOption(destination.query("SELECT pg_sleep(59)", patient), "200 millis")
      const running = Effect.promise(() =>
        server.admin(
          at,
          "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(59)' AND state = 'active'"
        )
      )
      while ((yield* running).length > 0) yield* Effect.sleep("100 millis")
      assert.isBelow(Date.now() - begun, 20_000)
    })
  )

  it.live("run as the role of queryUrl, and never as one that a read-only transaction does not bind", () =>
    Effect.gen(function* () {
      const { at } = yield* filled
      const admin = (sql: string) => Effect.promise(() => server.admin(at, sql))
      const name = `analyst_${Date.now()}`
      const queryUrl = (user: string, password: string) => {
        const url = new URL(server.superUrlOf(at))
        url.username = user
        url.password = password
        return { queryUrl: Redacted.make(url.href) }
      }
      const superuser = yield* open(subject, at, { destination: queryUrl("postgres", "secret") })
      const refusal = yield* Effect.flip(superuser.query("SELECT 1", limits))
      assert.strictEqual(refusal.code, "QUERY_REFUSED")
      assert.include(refusal.fix, "queryUrl")

      yield* admin(`CREATE ROLE ${name} LOGIN PASSWORD 'reader'`)
      const analyst = yield* open(subject, at, { destination: queryUrl(name, "reader") })
      const count = `SELECT count(*) FROM salesforce."Account"`
      assert.strictEqual(yield* codeOf(analyst.query(count, limits)), "QUERY_REFUSED")
      yield* admin(`GRANT USAGE ON SCHEMA salesforce TO ${name}`)
      yield* admin(`GRANT SELECT ON ALL TABLES IN SCHEMA salesforce TO ${name}`)
      assert.deepStrictEqual((yield* analyst.query(count, limits)).rows, [[1]])
      yield* admin(`GRANT pg_execute_server_program TO ${name}`)
      assert.strictEqual(yield* codeOf(analyst.query(count, limits)), "QUERY_REFUSED")
      yield* admin(`DROP OWNED BY ${name}`)
      yield* admin(`DROP ROLE ${name}`)
    })
  )

  it.live("give every type as JSON without loss", () =>
    Effect.gen(function* () {
      const { destination } = yield* filled
      const result = yield* destination.query(
        `SELECT 9007199254740993::bigint AS big, 7::bigint AS small, 1.10::numeric(9,2) AS money, 'NaN'::float8 AS nan, 0.1::float8 AS real,
           DATE '2026-11-21' AS day, TIMESTAMPTZ '2026-11-21 10:00:00.123456+00' AS at, TIMESTAMP '1969-12-31 23:59:59.5' AS old,
           TIME '13:45:00' AS clock, ARRAY['a', NULL, 'b,"c'] AS list, ARRAY[1, 9007199254740993] AS numbers, '{"a": 1}'::jsonb AS object,
           '\\xAA'::bytea AS bytes, NULL AS nothing, true AS yes`,
        limits
      )
      assert.deepStrictEqual(result.rows[0], [
        "9007199254740993",
        7,
        "1.10",
        "NaN",
        0.1,
        "2026-11-21",
        "2026-11-21T10:00:00.123456Z",
        "1969-12-31T23:59:59.500",
        "13:45:00",
        ["a", null, 'b,"c'],
        [1, "9007199254740993"],
        { a: 1 },
        "qg==",
        null,
        true
      ])
      assert.deepStrictEqual(result.columns[0], { name: "big", type: "bigint" })
    })
  )
})

describe("Postgres: the way to the server", () => {
  const opened = (at: string, change: (url: URL) => void) =>
    Effect.flatMap(
      Effect.sync(() => {
        const url = new URL(server.urlOf(at))
        change(url)
        return url.href
      }),
      (href) => open(subject, at, { destination: { url: Redacted.make(href) } })
    )
  const reached = (at: string, change: (url: URL) => void) =>
    Effect.scoped(Effect.flatMap(opened(at, change), (destination) => destination.check))

  it.live("is encrypted, and verified, as the URL says", () =>
    Effect.gen(function* () {
      const { at } = yield* filled
      const ca = new URL("./tls/ca.pem", import.meta.url).pathname
      const tls = (host: string, mode: string, root?: string) => (url: URL) => {
        url.hostname = host
        url.searchParams.set("sslmode", mode)
        if (root !== undefined) url.searchParams.set("sslrootcert", root)
      }
      for (const mode of ["disable", "prefer", "require"]) yield* reached(at, tls("127.0.0.1", mode))
      yield* reached(at, tls("localhost", "verify-full", ca))
      yield* reached(at, tls("127.0.0.1", "verify-ca", ca))
      // The certificate is localhost's; and nobody here knows who signed it.
      assert.strictEqual(yield* codeOf(reached(at, tls("127.0.0.1", "verify-full", ca))), "DESTINATION_TLS")
      assert.strictEqual(yield* codeOf(reached(at, tls("localhost", "verify-full"))), "DESTINATION_TLS")
      assert.strictEqual(yield* codeOf(reached(at, tls("localhost", "verify-ca"))), "DESTINATION_TLS")
      assert.strictEqual(
        yield* codeOf(reached(at, tls("localhost", "verify-full", "/no/such.pem"))),
        "DESTINATION_URL_INVALID"
      )
      const encrypted = yield* opened(at, tls("127.0.0.1", "require"))
      const ssl = yield* encrypted.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", limits)
      assert.deepStrictEqual(ssl.rows, [[true]])
    })
  )

  it.live("fails with what to do, and never with the password", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      assert.notInclude(destination.location, "writer@")
      assert.notInclude(destination.location, ":writer")
      const failures: ReadonlyArray<readonly [string, (url: URL) => void]> = [
        [
          "DESTINATION_LOGIN_FAILED",
          (url) => {
            url.password = "hunter2"
          }
        ],
        [
          "DESTINATION_UNREACHABLE",
          (url) => {
            url.port = "1"
            url.password = "hunter2"
          }
        ],
        [
          "DESTINATION_UNREACHABLE",
          (url) => {
            url.pathname = "/nowhere"
          }
        ],
        [
          "DESTINATION_UNREACHABLE",
          (url) => {
            url.hostname = "no-such-host.invalid"
            url.password = "hunter2"
          }
        ],
        [
          "DESTINATION_URL_INVALID",
          (url) => {
            url.searchParams.set("sslmode", "hunter2")
          }
        ],
        [
          "DESTINATION_URL_INVALID",
          (url) => {
            url.searchParams.set("sslmod", "require")
            url.password = "hunter2"
          }
        ]
      ]
      for (const [code, change] of failures) {
        const failure = yield* Effect.flip(reached(at, change))
        assert.strictEqual(failure.code, code)
        assert.notInclude(`${failure.message}${failure.fix}`, "hunter2")
        assert.notInclude(failure.message, "writer")
      }
    })
  )
})
