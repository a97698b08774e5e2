import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { LateRows } from "../src/org/late-rows.ts"

/** Writing takes a while; what was written stands in `written` afterwards. */
const slowly = () => {
  const written: Array<string> = []
  const late = new LateRows((statements) =>
    Effect.delay(
      Effect.sync(() => {
        written.push(...statements.map(({ sql }) => sql))
      }),
      "20 millis"
    )
  )
  const fill = (table: string, from = "nowhere") =>
    late.wait(table, () => [{ sql: `INSERT INTO "${table}" FROM ${from}` }])
  const seen = Effect.sync(() => [...written])
  return { late, fill, seen }
}

it.live("a statement waits for the tables it names, and for those that these are made from", () =>
  Effect.gen(function* () {
    const { late, fill, seen } = slowly()
    fill("Opportunity", '"OpportunityStage"')
    fill("OpportunityStage")
    fill("Contact")
    assert.deepStrictEqual(yield* late.before(["SELECT 1"], seen), [])
    assert.deepStrictEqual(yield* late.before(['SELECT 1 FROM "Opportunity"'], seen), [
      'INSERT INTO "OpportunityStage" FROM nowhere',
      'INSERT INTO "Opportunity" FROM "OpportunityStage"'
    ])
    assert.isTrue(late.awaits("Contact"))
    assert.strictEqual((yield* late.beforeAny(seen)).length, 3)
    assert.isFalse(late.awaits("Contact"))
  })
)

it.live("rows that somebody else is writing are waited for, also when they are the last", () =>
  Effect.gen(function* () {
    const { late, fill, seen } = slowly()
    fill("Contact")
    const answers = yield* Effect.all(
      [late.beforeAny(seen), late.before(['FROM "Contact"'], seen), late.before(['FROM "Contact"'], seen)],
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(
      answers.map(({ length }) => length),
      [1, 1, 1]
    )
  })
)
