import type { StreamCheckpoint, Work } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { textLiteral } from "../src/streams/soql.ts"
import type { StreamDefinition } from "../src/streams/stream-definition.ts"
import { finished, type PlanningContext, planWindow } from "../src/streams/window-plan.ts"
import { hashOf, queryOf } from "../src/streams/work.ts"

const definition: StreamDefinition = {
  stream: "Account",
  object: "Account",
  select: ["Id", "Owner.Name", "SystemModstamp"],
  cursorField: "SystemModstamp",
  where: null,
  soql: null,
  followsDeletes: true,
  keepsMissing: false,
  silentColumns: [],
  silentFilter: false,
  schema: {
    stream: "Account",
    table: "Account",
    key: ["Id"],
    guard: "SystemModstamp",
    deletes: { soft: "mark", hard: "mark", flag: "IsDeleted" },
    history: false,
    columns: [],
    views: []
  },
  schemaFingerprint: "f",
  warnings: []
}

const context: PlanningContext = {
  now: "2026-11-21T10:00:00.000Z",
  lookback: Duration.minutes(10),
  apiVersion: "67.0",
  isDue: () => false,
  access: null
}

const plan = (
  stored: StreamCheckpoint | undefined,
  more: { refresh?: boolean; context?: Partial<PlanningContext>; definition?: Partial<StreamDefinition> } = {}
) =>
  planWindow({ ...definition, ...more.definition }, stored, more.refresh ?? false, {
    ...context,
    ...more.context
  })

const workOf = (checkpoint: StreamCheckpoint): Work => {
  const [work] = checkpoint.work
  assert.isDefined(work)
  return work as Work
}

const withJob = (checkpoint: StreamCheckpoint, createdAt = context.now): StreamCheckpoint => {
  const work = workOf(checkpoint)
  return {
    ...checkpoint,
    version: 1,
    work: [
      {
        ...work,
        job: { id: "750", queryHash: hashOf(queryOf(definition, work)), apiVersion: "67.0", createdAt },
        segments: { committed: ["s1"], expected: null }
      }
    ]
  }
}

const incremental = (): StreamCheckpoint => finished(plan(undefined).checkpoint, context.now).checkpoint

describe("the first run", () => {
  it("reads everything up to the end of the org's running second", () => {
    const { mode, checkpoint } = plan(undefined)
    assert.strictEqual(mode, "backfill")
    assert.deepStrictEqual(workOf(checkpoint).window, { from: null, to: "2026-11-21T10:00:01.000Z" })
    assert.strictEqual(
      queryOf(definition, workOf(checkpoint)),
      "SELECT Id, Owner.Name, SystemModstamp FROM Account WHERE SystemModstamp < 2026-11-21T10:00:01.000Z"
    )
  })

  it("moves the cursor to the window's end when all is committed", () => {
    const { checkpoint, publish } = finished(plan(undefined).checkpoint, context.now)
    assert.strictEqual(checkpoint.cursor, "2026-11-21T10:00:01.000Z")
    assert.strictEqual(checkpoint.phase, "incremental")
    assert.deepStrictEqual(checkpoint.work, [])
    assert.isFalse(publish)
  })
})

describe("an increment", () => {
  it("reaches back over the cursor and includes its lower, not its upper bound", () => {
    const later = { now: "2026-11-21T11:00:00.000Z" }
    const { mode, checkpoint } = plan(incremental(), { context: later })
    assert.strictEqual(mode, "incremental")
    assert.strictEqual(checkpoint.cursor, "2026-11-21T10:00:01.000Z")
    assert.include(
      queryOf(definition, workOf(checkpoint)),
      "WHERE SystemModstamp >= 2026-11-21T09:50:01.000Z AND SystemModstamp < 2026-11-21T11:00:01.000Z"
    )
  })

  it("reads the org's running second again even without a look-back", () => {
    const { checkpoint } = plan(incremental(), { context: { lookback: Duration.zero } })
    assert.strictEqual(workOf(checkpoint).window?.from, "2026-11-21T10:00:00.000Z")
  })

  it("never moves the cursor back when the org's clock was set back", () => {
    const { checkpoint } = plan(incremental(), { context: { now: "2026-11-20T00:00:00.000Z" } })
    assert.strictEqual(finished(checkpoint, context.now).checkpoint.cursor, "2026-11-21T10:00:01.000Z")
  })
})

describe("an interrupted run", () => {
  it("goes on with its job and knows what is committed", () => {
    const stored = withJob(plan(undefined).checkpoint)
    const { resumes, mode, checkpoint, abandoned } = plan(stored, {
      context: { now: "2026-11-25T10:00:00.000Z" }
    })
    assert.isTrue(resumes)
    assert.strictEqual(mode, "backfill")
    assert.isNull(abandoned)
    assert.deepStrictEqual(checkpoint.work, stored.work)
  })

  it("gives the job up when the query, the API version or a week has changed", () => {
    const stored = withJob(plan(undefined).checkpoint)
    const cases = [
      { definition: { select: ["Id", "Name", "SystemModstamp"] } },
      { context: { apiVersion: "68.0" } },
      { context: { now: "2026-11-28T10:00:00.000Z" } }
    ]
    for (const changed of cases) {
      const { resumes, checkpoint, abandoned } = plan(stored, changed)
      assert.isFalse(resumes)
      assert.strictEqual(abandoned, "750")
      assert.notStrictEqual(workOf(checkpoint).id, workOf(stored).id)
      assert.deepStrictEqual(workOf(checkpoint).segments.committed, [])
      assert.isNull(workOf(checkpoint).window?.from ?? null)
    }
  })

  it("reads an increment without a job again from its cursor", () => {
    const open = plan(incremental()).checkpoint
    const { resumes, checkpoint } = plan(open, { context: { now: "2026-11-21T12:00:00.000Z" } })
    assert.isFalse(resumes)
    assert.deepStrictEqual(workOf(checkpoint).window, {
      from: "2026-11-21T09:50:01.000Z",
      to: "2026-11-21T12:00:01.000Z"
    })
  })
})

describe("a full refresh", () => {
  it("fills a new generation, publishes it and goes on incrementally", () => {
    const { mode, checkpoint } = plan(incremental(), { refresh: true })
    assert.strictEqual(mode, "full")
    assert.strictEqual(checkpoint.generation, 2)
    assert.isNull(workOf(checkpoint).window?.from ?? null)
    const end = finished(checkpoint, context.now)
    assert.isTrue(end.publish)
    assert.strictEqual(end.checkpoint.phase, "incremental")
    assert.strictEqual(end.checkpoint.cursor, "2026-11-21T10:00:01.000Z")
  })

  it("goes on with its job after a crash, in the same generation", () => {
    const open = withJob(plan(incremental(), { refresh: true }).checkpoint)
    const { resumes, checkpoint } = plan(open)
    assert.isTrue(resumes)
    assert.strictEqual(checkpoint.generation, 2)
  })

  it("never mixes two readings in one generation", () => {
    const open = plan(incremental(), { refresh: true }).checkpoint
    assert.strictEqual(plan(open).checkpoint.generation, 3)
  })

  it("is what a stream without a cursor gets every time", () => {
    const whole = { cursorField: null }
    const first = plan(undefined, { definition: whole })
    assert.strictEqual(first.mode, "full")
    assert.isUndefined(workOf(first.checkpoint).window)
    const end = finished(first.checkpoint, context.now)
    assert.isTrue(end.publish)
    assert.isNull(end.checkpoint.cursor)
    const second = plan(end.checkpoint, { definition: whole })
    assert.strictEqual(second.mode, "full")
    assert.strictEqual(second.checkpoint.generation, 2)
  })

  it("is what follows when the cursor field has changed", () => {
    const { mode, checkpoint } = plan(incremental(), { definition: { cursorField: "LastModifiedDate" } })
    assert.strictEqual(mode, "full")
    assert.strictEqual(checkpoint.cursorField, "LastModifiedDate")
    assert.isNull(checkpoint.cursor)
  })
})

describe("a field that is to be read again of all rows", () => {
  const schema = {
    ...definition.schema,
    columns: ["Id", "SystemModstamp", "Industry"].map((name) => ({
      name,
      label: name,
      type: { kind: "text" } as const,
      from: { header: name }
    }))
  }
  const asked = { definition: { schema }, context: { backfill: ["Industry"] } }
  const columnsOf = ({ work }: StreamCheckpoint) =>
    work.filter(({ kind }) => kind === "fields").map((one) => one.columns)

  it("comes after the window of what changed", () => {
    const { checkpoint } = plan(incremental(), asked)
    assert.strictEqual(workOf(checkpoint).kind, "rows")
    assert.deepStrictEqual(columnsOf(checkpoint), [["Industry"]])
  })

  it("comes after a window that goes on from an earlier run, and is not asked for twice", () => {
    const { checkpoint, resumes } = plan(
      withJob(plan(incremental(), { definition: { schema } }).checkpoint),
      asked
    )
    assert.isTrue(resumes)
    assert.deepStrictEqual(columnsOf(checkpoint), [["Industry"]])
    const again = plan(
      { ...checkpoint, work: [...withJob(checkpoint).work, ...checkpoint.work.slice(1)] },
      asked
    )
    assert.deepStrictEqual(columnsOf(again.checkpoint), [["Industry"]])
  })

  it("is nothing of its own where all rows are read anyway", () => {
    assert.deepStrictEqual(columnsOf(plan(undefined, asked).checkpoint), [])
  })
})

describe("SOQL", () => {
  it("escapes text literals", () => {
    assert.strictEqual(textLiteral("O'Brien \\ a\nb"), "'O\\'Brien \\\\ a\\nb'")
  })

  it("keeps the spec's own condition apart from the window", () => {
    const filtered = { ...definition, where: "Amount > 0 OR IsWon = true" }
    assert.include(
      queryOf(filtered, workOf(plan(undefined).checkpoint)),
      "SystemModstamp < 2026-11-21T10:00:01.000Z AND (Amount > 0 OR IsWon = true)"
    )
  })
})
