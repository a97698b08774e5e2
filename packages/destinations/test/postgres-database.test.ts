/** What is particular to a database that others use too: rights, names, locks, changes by other hands. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import pg from "pg"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { codeOf, folder, open, rowsOf } from "./subject.ts"

const server = postgresServer()
const subject = postgresSubject(server)

const admin = (at: string, sql: string) => Effect.promise(() => server.admin(at, sql))

const filled = Effect.gen(function* () {
  const at = yield* folder
  const destination = yield* open(subject, at)
  yield* destination.commit(commitAfter(0, { segments: [segment(at, { rows: [account("001A", 1)] })] }))
  return { at, destination }
})

const next = (at: string, version: number, cells = {}) =>
  commitAfter(version, {
    segments: [segment(at, { asOf: version, rows: [account("001A", version, cells)] })]
  })

/** A session of somebody else's. */
const session = (at: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new pg.Client({ connectionString: server.superUrlOf(at) })
      client.on("error", () => undefined)
      await client.connect()
      return client
    }),
    (client) => Effect.promise(() => client.end().catch(() => undefined))
  )

describe("Postgres: rights", () => {
  const roleUrl = (at: string, role: string) => {
    const url = new URL(server.superUrlOf(at))
    url.username = role
    url.password = "role"
    return { url: Redacted.make(url.href) }
  }

  it.live("a role that owns its schemas needs no right on the database", () =>
    Effect.gen(function* () {
      const at = yield* folder
      yield* Effect.promise(() => server.prepare(at))
      const role = `owner_${Date.now()}`
      yield* admin(at, `CREATE ROLE ${role} LOGIN PASSWORD 'role'`)
      yield* admin(
        at,
        "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$"
      )
      const destination = yield* open(subject, at, { destination: roleUrl(at, role) })
      assert.strictEqual(yield* codeOf(destination.check), "DESTINATION_FORBIDDEN")
      assert.strictEqual(yield* codeOf(destination.commit(next(at, 0))), "DESTINATION_FORBIDDEN")
      yield* admin(at, `CREATE SCHEMA salesforce AUTHORIZATION ${role}`)
      yield* admin(at, `CREATE SCHEMA _decant AUTHORIZATION ${role}`)
      yield* destination.check
      assert.strictEqual((yield* destination.commit(next(at, 0))).inserted, 1)
      assert.strictEqual((yield* destination.commit(next(at, 1))).updated, 1)
      yield* admin(at, `ALTER ROLE ${role} SET default_transaction_read_only = on`)
      const other = yield* open(subject, at, { destination: roleUrl(at, role) })
      assert.strictEqual(yield* codeOf(other.check), "DESTINATION_READ_ONLY")
      assert.strictEqual(yield* codeOf(other.commit(next(at, 2))), "DESTINATION_READ_ONLY")
      yield* admin(at, `DROP OWNED BY ${role}`)
      yield* admin(at, `DROP ROLE ${role}`)
    })
  )

  it.live("two specs share a database in two schemas", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const other = yield* open(subject, at, {
        orgId: "00D000000000002AAA",
        destination: { schema: "sales_eu" }
      })
      yield* other.commit(next(at, 0, { Name: "other" }))
      const names = `SELECT "Name" FROM "Account"`
      assert.deepStrictEqual(yield* rowsOf(destination, names), [["Account 001A"]])
      assert.deepStrictEqual(yield* rowsOf(other, names), [["other"]])
    })
  )
})

describe("Postgres: what others do to the tables", () => {
  const broken: ReadonlyArray<readonly [string, string]> = [
    ["the table is gone", `DROP TABLE salesforce."Account" CASCADE`],
    ["a column has another name", `ALTER TABLE salesforce."Account" RENAME COLUMN "Name" TO title`],
    ["a column is gone", `ALTER TABLE salesforce."Account" DROP COLUMN "AnnualRevenue" CASCADE`]
  ]
  for (const [what, sql] of broken) {
    it.live(`${what}: said, and a full refresh mends it where it can`, () =>
      Effect.gen(function* () {
        const { at, destination } = yield* filled
        yield* admin(at, sql)
        const failure = yield* Effect.flip(destination.commit(next(at, 1)))
        assert.strictEqual(failure.code, "TARGET_CHANGED")
        assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
        yield* admin(at, `DROP TABLE IF EXISTS salesforce."Account" CASCADE`)
        const whole = segment(at, { generation: 2, rows: [account("001B", 1)] })
        const full = commitAfter(1, { phase: "full", generation: 2, publish: true, segments: [whole] })
        yield* destination.commit(full)
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT "Id" FROM account_live`), [["001B"]])
      })
    )
  }

  it.live("a table of the same name that Decant did not make is left alone", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(subject, at)
      yield* admin(at, "CREATE SCHEMA salesforce").pipe(
        Effect.andThen(admin(at, `GRANT ALL ON SCHEMA salesforce TO PUBLIC`)),
        Effect.andThen(admin(at, `CREATE TABLE salesforce."Account" (mine integer)`))
      )
      assert.strictEqual(yield* codeOf(destination.commit(next(at, 0))), "TARGET_CHANGED")
      assert.deepStrictEqual(yield* admin(at, `SELECT * FROM salesforce."Account"`), [])
    })
  )

  it.live("views, grants and keys built on a table outlive a full refresh and new columns", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const role = `reader_${Date.now()}`
      yield* admin(at, `CREATE ROLE ${role}`)
      yield* admin(at, `GRANT SELECT ON salesforce."Account", salesforce.account_live TO ${role}`)
      yield* admin(at, `CREATE VIEW public.mine AS SELECT "Id", "Name" FROM salesforce.account_live`)
      yield* admin(at, `CREATE TABLE public.notes (account text REFERENCES salesforce."Account" ("Id"))`)
      yield* admin(at, `INSERT INTO public.notes VALUES ('001A')`)
      const identity = admin(at, `SELECT 'salesforce."Account"'::regclass::oid AS oid`)
      const before = yield* identity
      const text = { kind: "text" } as const
      const schema = withSchema({
        columns: [
          ...accountSchema.columns,
          { name: "Region__c", label: "Region", type: text, from: { header: "Region__c" } }
        ]
      })
      const rows = [account("001A", 2, { Name: "new", Region__c: "EMEA" }), account("001B", 1)]
      const wide = segment(at, { generation: 2, asOf: 2, header: [...header, "Region__c"], rows })
      yield* destination.commit(
        commitAfter(1, { phase: "full", generation: 2, publish: true, schema, segments: [wide] })
      )
      assert.deepStrictEqual(yield* identity, before)
      assert.deepStrictEqual(yield* admin(at, `SELECT * FROM public.mine ORDER BY 1`), [
        { Id: "001A", Name: "new" },
        { Id: "001B", Name: "Account 001B" }
      ])
      const granted = yield* admin(
        at,
        `SELECT has_table_privilege('${role}', 'salesforce."Account"', 'SELECT') AND has_table_privilege('${role}', 'salesforce.account_live', 'SELECT') AS granted`
      )
      assert.deepStrictEqual(granted, [{ granted: true }])
      assert.deepStrictEqual(
        yield* rowsOf(destination, `SELECT "Id", "Region__c" FROM account_live ORDER BY 1`),
        [
          ["001A", "EMEA"],
          ["001B", null]
        ]
      )
      yield* admin(at, `DROP OWNED BY ${role}`)
      yield* admin(at, `DROP ROLE ${role}`)
    })
  )

  it.live("a type that changes makes our views anew, with their grants", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const role = `reader_${Date.now()}`
      yield* admin(at, `CREATE ROLE ${role}`)
      yield* admin(at, `GRANT SELECT ON salesforce.account_live TO ${role}`)
      const schema = withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === "NumberOfEmployees" ? { ...column, type: { kind: "int64" } as const } : column
        )
      })
      yield* destination.commit(commitAfter(1, { schema }))
      const granted = yield* admin(
        at,
        `SELECT has_table_privilege('${role}', 'salesforce.account_live', 'SELECT') AS granted`
      )
      assert.deepStrictEqual(granted, [{ granted: true }])
      yield* admin(at, `CREATE VIEW public.mine AS SELECT "NumberOfEmployees" FROM salesforce."Account"`)
      const failure = yield* Effect.flip(
        destination.commit(
          commitAfter(2, {
            schema: withSchema({
              columns: accountSchema.columns.map((column) =>
                column.name === "NumberOfEmployees"
                  ? { ...column, type: { kind: "double" } as const }
                  : column
              )
            })
          })
        )
      )
      assert.strictEqual(failure.code, "TARGET_CHANGED")
      yield* admin(at, "DROP VIEW public.mine")
      yield* admin(at, `DROP OWNED BY ${role}`)
      yield* admin(at, `DROP ROLE ${role}`)
    })
  )
})

describe("Postgres: locks", () => {
  it.live("rows are written while a reader's transaction is open", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const reader = yield* session(at)
      yield* Effect.promise(async () => {
        await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await reader.query(`SELECT * FROM salesforce.account_live`)
      })
      assert.strictEqual((yield* destination.commit(next(at, 1, { Name: "new" }))).updated, 1)
      const whole = segment(at, { generation: 2, asOf: 2, rows: [account("001B", 1)] })
      yield* destination.commit(
        commitAfter(2, { phase: "full", generation: 2, publish: true, segments: [whole] })
      )
      const seen = yield* Effect.promise(() =>
        reader.query(`SELECT "Id", "Name" FROM salesforce.account_live`)
      )
      assert.deepStrictEqual(seen.rows, [{ Id: "001A", Name: "Account 001A" }])
      yield* Effect.promise(() => reader.query("COMMIT"))
    })
  )

  it.live("a new column waits for a reader, and lets other readers pass meanwhile", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      const [reader, other] = [yield* session(at), yield* session(at)]
      yield* Effect.promise(async () => {
        await reader.query("BEGIN")
        await reader.query(`SELECT * FROM salesforce."Account"`)
      })
      const text = { kind: "text" } as const
      const schema = withSchema({
        columns: [
          ...accountSchema.columns,
          { name: "Region__c", label: "Region", type: text, from: { header: "Region__c" } }
        ]
      })
      const waiting = yield* Effect.forkChild(destination.commit(commitAfter(1, { schema })))
      const begun = Date.now()
      while (Date.now() - begun < 3000) {
        yield* Effect.promise(() => other.query(`SELECT * FROM salesforce."Account"`))
        yield* Effect.sleep("50 millis")
      }
      assert.strictEqual((yield* destination.checkpoints).streams.Account?.version, 1)
      yield* Effect.promise(() => reader.query("COMMIT"))
      const result = yield* Fiber.join(waiting)
      assert.deepStrictEqual(
        result.schemaChanges.map(({ kind }) => kind),
        ["column-added"]
      )
    })
  )
})

describe("Postgres: names and values", () => {
  it.live("names of more than 63 bytes are told apart, and reserved words are names", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const destination = yield* open(subject, at)
      const text = { kind: "text" } as const
      const long = (end: string) => `${"Überlanger_Name_".repeat(5)}${end}__c`
      const names = [long("a"), long("b"), "select", "order", "ctid", 'quo"te', "$1"]
      const schema = withSchema({
        stream: "User",
        table: `user_${"x".repeat(80)}`,
        views: [{ kind: "live", name: `user_${"x".repeat(80)}_live` }],
        columns: [
          ...accountSchema.columns.slice(0, 3),
          ...names.map((name) => ({ name, label: name, type: text, from: { header: name } }))
        ]
      })
      const cells = Object.fromEntries(names.map((name, index) => [name, `value ${index}`]))
      const page = segment(at, {
        stream: "User",
        header: ["Id", "SystemModstamp", "IsDeleted", ...names],
        rows: [account("005A", 1, cells)]
      })
      yield* destination.commit(commitAfter(0, { schema, segments: [page] }))
      yield* destination.commit(
        commitAfter(1, { schema, segments: [{ ...page, id: "again", asOf: second(5) }] })
      )
      const fields = yield* rowsOf(
        destination,
        "SELECT table_name, column_name, field FROM _decant.fields WHERE field NOT IN ('Id', 'SystemModstamp', 'IsDeleted') ORDER BY field"
      )
      assert.strictEqual(new Set(fields.map(([, column]) => column)).size, names.length)
      for (const [table, column, field] of fields) {
        assert.isAtMost(Buffer.byteLength(String(column)), 63)
        const quoted = `"${String(column).replaceAll('"', '""')}"`
        assert.deepStrictEqual(yield* rowsOf(destination, `SELECT ${quoted} FROM "${String(table)}"`), [
          [cells[String(field)]]
        ])
      }
    })
  )

  it.live("counts the NUL bytes that it leaves out", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const notices: Array<string> = []
      const destination = yield* open(subject, at, {
        notice: (text) => Effect.sync(() => void notices.push(text))
      })
      yield* destination.commit(next(at, 0, { Name: "a\u0000b\u0000" }))
      assert.strictEqual(notices.length, 1)
      assert.include(notices[0], "2 NUL bytes")
    })
  )

  it.live("comments say what the org calls things", () =>
    Effect.gen(function* () {
      const { at } = yield* filled
      const comments = yield* admin(
        at,
        `SELECT obj_description('salesforce."Account"'::regclass) AS on_table, col_description('salesforce."Account"'::regclass, 4) AS on_name`
      )
      assert.deepStrictEqual(comments, [
        { on_table: "Copy of Account by Decant", on_name: "Account Name: The company's name" }
      ])
    })
  )

  it.live("masks what was stored in clear, when a mask comes, and never stores it in clear again", () =>
    Effect.gen(function* () {
      const { at, destination } = yield* filled
      yield* destination.commit(next(at, 1, { Name: "what do ya want for nothing?" }))
      const schema = withSchema({
        columns: accountSchema.columns.map((column) =>
          column.name === "Name" ? { ...column, mask: { hmac: "pii" } } : column
        )
      })
      const keyed = yield* open(subject, at, { maskKeys: { pii: Redacted.make("Jefe") } })
      yield* keyed.commit(commitAfter(2, { schema }))
      // Test case 2 of RFC 4231.
      const masked = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      assert.deepStrictEqual(yield* rowsOf(keyed, `SELECT "Name" FROM "Account"`), [[masked]])
      assert.strictEqual(yield* codeOf(keyed.commit(commitAfter(3, {}))), "SCHEMA_INCOMPATIBLE")
      const again = segment(at, {
        asOf: 9,
        rows: [account("001B", 1, { Name: "what do ya want for nothing?" })]
      })
      yield* keyed.commit(commitAfter(3, { schema, segments: [again] }))
      assert.deepStrictEqual(yield* rowsOf(keyed, `SELECT DISTINCT "Name" FROM "Account"`), [[masked]])
    })
  )

  it.live("names in snake_case unless the spec says otherwise", () =>
    Effect.gen(function* () {
      const at = yield* folder
      yield* Effect.promise(() => server.prepare(at))
      const given = subject.destination(at)
      const { naming, ...rest } = given
      assert.strictEqual(naming, "preserve")
      const destination = yield* open({ ...subject, destination: () => rest as typeof given }, at)
      yield* destination.commit(next(at, 0, { Interests__c: "a;b" }))
      assert.deepStrictEqual(
        yield* rowsOf(destination, "SELECT id, system_modstamp, interests_c FROM account"),
        [["001A", second(0), ["a", "b"]]]
      )
    })
  )
})
