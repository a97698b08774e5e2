/** The org as the Tooling API sees it: its metadata as rows, brought up to date before each query. */
import { Context, Effect, Layer, Semaphore } from "effect"
import { Org } from "../org/org.ts"
import { OrgSchema } from "../org/schema.ts"
import { insertStatements } from "../org/writes.ts"
import { entityDefinition, fieldDefinition, toolingObjects } from "./objects.ts"
import { entityRow, fieldRow } from "./rows.ts"

export class Tooling extends Context.Service<
  Tooling,
  {
    /** An org to plan and run queries against, whose objects are those of the Tooling API. */
    readonly org: Effect.Effect<Org["Service"]>
  }
>()("salesforce-emulator/tooling/Tooling") {
  static readonly layer = Layer.effect(
    Tooling,
    Effect.gen(function* () {
      const org = yield* Org
      const user = org.schema.object("User")
      const objects = user === undefined ? toolingObjects : [...toolingObjects, user]
      const tooling: Org["Service"] = { ...org, schema: new OrgSchema(org.clock.now(), objects) }
      const oneAtATime = yield* Semaphore.make(1)
      let filledFor: string | undefined

      const fill = Effect.gen(function* () {
        const { changedAt } = org.schema
        const { sharing } = org.access
        const state = `${changedAt} ${sharing.version}`
        if (filledFor === state) return
        for (const object of toolingObjects) yield* org.store.createTable(object)
        const stamp = new Date(changedAt).toISOString().slice(0, 19)
        const context = { ...org.writing(org.adminId), schema: tooling.schema, stamp }
        const described = org.schema.all()
        const fields = described.flatMap((object) =>
          object.fields.map((field) => fieldRow(object, field, stamp))
        )
        yield* org.store.transaction([
          ...insertStatements(
            context,
            entityDefinition,
            described.map((object) => entityRow(object, stamp, sharing.isPrivate(object)))
          ),
          ...insertStatements(context, fieldDefinition, fields)
        ])
        filledFor = state
      })
      return Tooling.of({ org: Effect.as(oneAtATime.withPermits(1)(fill), tooling) })
    })
  )
}
