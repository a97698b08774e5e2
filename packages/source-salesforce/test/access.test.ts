import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { salesforce } from "../src/index.ts"
import { Emulator } from "./emulator.ts"
import { spoolFolder } from "./spool.ts"
import { differences, newTable, sync } from "./table.ts"

layer(Emulator.with("--dataset", "demo"), { excludeTestServices: true, timeout: "1 minute" })(
  "a change of permissions",
  (it) => {
    it.effect("reads all rows again once, so that rows that came into sight are there", () =>
      Effect.gen(function* () {
        const org = yield* Emulator
        const spool = yield* spoolFolder
        const spec = yield* org.spec("[{ object: Contact }]")
        const opened = salesforce.open({ spec, folder: "." })
        const table = newTable()
        const first = yield* opened
        yield* sync(first, "Contact", table, spool)
        assert.isNotNull(table.checkpoint?.accessFingerprint ?? null)
        const truth = yield* org.truth("Contact")
        // As if these had not been shared when the table was read.
        const hidden = [...table.rows.keys()].slice(0, 5)
        for (const id of hidden) table.rows.delete(id)
        yield* sync(yield* opened, "Contact", table, spool)
        assert.lengthOf(differences(table, truth), hidden.length)
        const [set] = yield* org.truth("PermissionSet")
        const users = yield* org.truth("User")
        const me = [...users.values()].find(({ Username }) => Username === first.identity.userName)
        yield* org.records("PermissionSet", { update: [{ Id: set?.[0], Description: "changed" }] })
        yield* org.records("PermissionSetAssignment", {
          insert: [{ PermissionSetId: set?.[0], AssigneeId: me?.Id }]
        })
        const { advances } = yield* sync(yield* opened, "Contact", table, spool)
        assert.deepStrictEqual(differences(table, truth), [])
        assert.isAbove(advances.flatMap(({ segments }) => segments).length, 0)
        const later = yield* sync(yield* opened, "Contact", table, spool)
        assert.lengthOf(
          later.advances.flatMap(({ segments }) => segments),
          0
        )
      }).pipe(Effect.scoped)
    )
  }
)
