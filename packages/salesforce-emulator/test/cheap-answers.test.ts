/** What the emulator does only once, or only when it is asked: answers stay what they would be without it. */
import { readFileSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { KeptRows } from "../src/org/kept-rows.ts"
import { LateRows } from "../src/org/late-rows.ts"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { change, query, queryAll, values } from "./support/queries.ts"

const day = 86_400

const keeper = () => {
  const kept = new KeptRows()
  kept.made("User")
  kept.made("Account")
  const keep = (text: string) => kept.keep(text, kept.changedAt(text), [[text]])
  const holds = (text: string) => kept.find(text, text) !== undefined
  return { kept, keep, holds }
}

it("an answer is kept until a table it was read from changes, and not longer", () => {
  const { kept, keep, holds } = keeper()
  const users = 'SELECT * FROM "User"'
  const both = 'SELECT * FROM "User" JOIN "Account"'
  keep(users)
  keep(both)
  kept.changed(['UPDATE "Account" SET x = 1'])
  assert.isTrue(holds(users))
  assert.isFalse(holds(both))
  kept.changed(["UPDATE something nobody knows"])
  assert.isFalse(holds(users))
})

it("an answer to what was asked before a change is not kept after it", () => {
  const { kept, holds } = keeper()
  const users = 'SELECT * FROM "User"'
  const asked = kept.changedAt(users)
  kept.changed(['UPDATE "User" SET x = 1'])
  kept.keep(users, asked, [["old"]])
  assert.isFalse(holds(users))
})

it("long answers are not kept, and of short ones not more than fit", () => {
  const { kept, keep, holds } = keeper()
  kept.keep("long", kept.changedAt("long"), [["x".repeat(100_000)]])
  assert.isFalse(holds("long"))
  for (let at = 0; at < 1000; at++) keep(`SELECT ${at}`)
  assert.isFalse(holds("SELECT 0"))
  assert.isTrue(holds("SELECT 999"))
})

it.live("a table is made before what names it, and its rows are written into it", () =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const late = new LateRows((statements) =>
      Effect.sync(() => {
        written.push(...statements.map(({ sql }) => sql))
      })
    )
    late.create("Contact", { sql: 'CREATE "Contact"' })
    late.create("Lead", { sql: 'CREATE "Lead"' })
    late.wait("Contact", () => [{ sql: 'INSERT INTO "Contact"' }])
    assert.isTrue(late.awaits("Lead"))
    yield* late.before(['FROM "Contact"'], Effect.void)
    assert.deepStrictEqual(written, ['CREATE "Contact"', 'INSERT INTO "Contact"'])
    late.forget()
    yield* late.beforeAny(Effect.void)
    assert.deepStrictEqual(written.slice(2), ['CREATE "Lead"'])
    assert.isFalse(late.awaits("Lead"))
  })
)

layer(EmulatedOrg.layer(), { excludeTestServices: true, timeout: 60_000 })("answers that are kept", (it) => {
  it.effect("a query asked again shows what was changed meanwhile, of its object and of a parent", () =>
    Effect.gen(function* () {
      const { adminId } = (yield* EmulatedOrg).org
      const { inserted } = yield* change("Account", { insert: [{ Name: "First" }] })
      const own = `SELECT Name FROM Account WHERE Id = '${inserted[0]}'`
      const owner = `SELECT Owner.LastName FROM Account WHERE Id = '${inserted[0]}'`
      const lastName = Effect.map(query(owner), ({ json }) => json.records[0].Owner.LastName)
      assert.deepStrictEqual(yield* values(own, "Name"), ["First"])
      assert.strictEqual(yield* lastName, "Admin")
      yield* change("Account", { update: [{ Id: inserted[0], Name: "Second" }] })
      yield* change("User", { update: [{ Id: adminId, LastName: "Other" }] })
      assert.deepStrictEqual(yield* values(own, "Name"), ["Second"])
      assert.strictEqual(yield* lastName, "Other")
    })
  )

  it.effect("a user who was deactivated gets no token any more, and one again when activated", () =>
    Effect.gen(function* () {
      const { apps, org, token } = yield* EmulatedOrg
      const { clientId, clientSecret } = apps.clientCredentials
      const login = token({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret
      })
      const statusWhen = (IsActive: boolean) =>
        Effect.andThen(
          change("User", { update: [{ Id: org.adminId, IsActive }] }),
          Effect.map(login, ({ status }) => status)
        )
      assert.strictEqual((yield* login).status, 200)
      assert.strictEqual(yield* statusWhen(false), 400)
      assert.strictEqual(yield* statusWhen(true), 200)
    })
  )

  it.effect("what a transaction wrote and took back was never there", () =>
    Effect.gen(function* () {
      const { call } = yield* EmulatedOrg
      const { inserted } = yield* change("Account", { insert: [{ Name: "Before" }] })
      const soql = `SELECT Name FROM Account WHERE Id = '${inserted[0]}'`
      const root = "/services/data/v67.0"
      const asked = { method: "GET", url: `${root}/query?q=${encodeURIComponent(soql)}` }
      const answer = yield* call(`${root}/composite`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          allOrNone: true,
          compositeRequest: [
            { ...asked, referenceId: "first" },
            {
              method: "PATCH",
              url: `${root}/sobjects/Account/${inserted[0]}`,
              referenceId: "write",
              body: { Name: "Within" }
            },
            { ...asked, referenceId: "second" },
            { method: "GET", url: `${root}/sobjects/Account/nobody`, referenceId: "fails" }
          ]
        })
      })
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(yield* values(soql, "Name"), ["Before"])
    })
  )

  it.effect("time takes rows away however often it was found to have nothing to do", () =>
    Effect.gen(function* () {
      const { control } = yield* EmulatedOrg
      const { inserted } = yield* change("Account", { insert: [{ Name: "Binned" }] })
      yield* change("Account", { delete: inserted })
      const found = Effect.map(
        queryAll(`SELECT Id FROM Account WHERE Id = '${inserted[0]}'`),
        ({ json }) => json.totalSize as number
      )
      for (let days = 0; days < 14; days += 0.5) {
        assert.strictEqual(yield* found, 1)
        yield* control("clock", { advanceSeconds: day / 2 })
      }
      assert.strictEqual(yield* found, 1)
      yield* control("clock", { advanceSeconds: day + 60 })
      assert.strictEqual(yield* found, 0)
    })
  )
})

it.live("emulators of one user share the key of the JWT app, which nobody else can read", () =>
  Effect.gen(function* () {
    const keyOf = Effect.map(EmulatedOrg, ({ apps }) => readFileSync(apps.jwt.privateKeyFile, "utf8"))
    const first = yield* Effect.provide(keyOf, EmulatedOrg.layer())
    const second = yield* Effect.provide(keyOf, EmulatedOrg.layer())
    assert.strictEqual(second, first)
    const folder = join(tmpdir(), `salesforce-emulator.${process.getuid?.()}`)
    assert.strictEqual(statSync(folder).mode & 0o077, 0)
    assert.strictEqual(statSync(join(folder, "jwt-app.key")).mode & 0o077, 0)
  })
)
