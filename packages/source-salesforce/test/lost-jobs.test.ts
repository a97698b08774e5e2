import type { ServerResponse } from "node:http"
import { setTimeout as after } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import type { Segment } from "@decant/connector"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { newJobRows, resumedJobRows } from "../src/bulk/bulk-rows.ts"
import { sizeAfter } from "../src/bulk/page-size.ts"
import type { WorkEvent } from "../src/read/work-event.ts"
import { newRowsWork, queryOf } from "../src/streams/work.ts"
import { definition, readingOf } from "./reading.ts"
import { rowsOf } from "./table.ts"
import { type Answer, type Asked, clientOf, json, refuse } from "./wire.ts"

const rows = Array.from({ length: 8 }, (_, index) => `"${index}","name ${index}"\n`)

/** Rows from `from` on, at most so many; the locator is the place of the next one. */
const sendPage = (response: ServerResponse, from: number, most: number): void => {
  const page = rows.slice(from, from + most)
  const next = from + page.length
  response.writeHead(200, {
    "content-type": "text/csv",
    "content-encoding": "gzip",
    "sforce-numberofrecords": String(page.length),
    "sforce-locator": next < rows.length ? String(next) : "null"
  })
  response.end(gzipSync(`"Id","Name"\n${page.join("")}`))
}

const paramOf = ({ path }: Asked, name: string): string | null =>
  new URL(path, "http://org").searchParams.get(name)

interface Script {
  /** What each job, in the order of their making, says that it has found. */
  readonly processed?: ReadonlyArray<number>
  /** Answers in place of the page. */
  readonly page?: (asked: Asked, job: number, response: ServerResponse) => Promise<boolean>
  readonly state?: (job: number, response: ServerResponse) => boolean
  /** What `SELECT COUNT()` says. */
  readonly count?: number
}

const org = (script: Script): Answer => {
  let made = 0
  const answer = async (asked: Asked, response: ServerResponse) => {
    const job = Number(/\/750(\d+)/.exec(asked.path)?.[1] ?? 0)
    if (asked.method === "POST") {
      return json(response, 200, {
        id: `750${++made}`,
        state: "UploadComplete",
        createdDate: "2026-11-21T10:00:00.000+0000"
      })
    }
    if (asked.path.includes("/queryAll")) {
      return json(response, 200, { totalSize: script.count ?? 0, done: true, records: [] })
    }
    if (asked.path.includes("/results")) {
      if ((await script.page?.(asked, job, response)) === true) return
      const most = Number(paramOf(asked, "maxRecords") ?? 3)
      return sendPage(response, Number(paramOf(asked, "locator") ?? 0), most)
    }
    if (asked.path.includes("/resultPages")) {
      const urls = [0, 3, 6].map((from) => ({
        resultUrl: `/services/data/v67.0/jobs/query/750${job}/results?locator=${from}`
      }))
      return json(response, 200, { resultPages: urls, done: true })
    }
    if (script.state?.(job, response) === true) return
    const numberRecordsProcessed = script.processed?.[job - 1] ?? rows.length
    json(response, 200, { id: `750${job}`, state: "JobComplete", numberRecordsProcessed })
  }
  return (asked, response) => void answer(asked, response)
}

const gone = (response: ServerResponse): true => {
  refuse(response, 404, "NOT_FOUND", "The requested resource does not exist")
  return true
}

const work = newRowsWork({ from: null, to: "2026-11-21T10:00:01.000Z" })

const read = (
  script: Script,
  of: {
    readonly resumes?: boolean
    readonly keyless?: boolean
    readonly pageRows?: number
    readonly pageMillis?: number
    readonly version?: string
  }
) =>
  Effect.gen(function* () {
    const { client, asked } = yield* clientOf(org(script))
    const reading = yield* readingOf(client, {
      definition: of.keyless === true ? { schema: { ...definition.schema, key: null } } : {},
      sizes: { pageRows: of.pageRows ?? 3, pageMillis: of.pageMillis ?? 15_000 }
    })
    const job = {
      id: "7500",
      queryHash: "",
      apiVersion: of.version ?? "67.0",
      createdAt: "2026-11-21T09:00:00.000Z"
    } as const
    const events = yield* Effect.result(
      Stream.runCollect(
        of.resumes === true ? resumedJobRows(reading, { ...work, job }, job) : newJobRows(reading, work)
      )
    )
    const list: ReadonlyArray<WorkEvent> = events._tag === "Success" ? events.success : []
    const segments = list.flatMap((event) => (event.kind === "segment" ? [event.segment] : []))
    const last = list.at(-1)
    return {
      code: events._tag === "Failure" ? events.failure.code : "none",
      message: events._tag === "Failure" ? events.failure.message : "",
      /** Of the last job. */
      ids: idsOf(segments.filter(({ work: of }) => of === segments.at(-1)?.work)),
      segments,
      warnings: last?.kind === "done" ? (last.warnings ?? []) : [],
      jobs: asked.filter(({ method }) => method === "POST").length,
      asked
    }
  })

const idsOf = (segments: ReadonlyArray<Segment>): ReadonlyArray<string> =>
  segments
    .flatMap(rowsOf)
    .map(({ Id = "" }) => Id)
    .sort()

const all = rows.map((_, index) => String(index))

describe("a job that is lost on the way", () => {
  for (const [what, page] of [
    [
      "is deleted between two pages",
      async (_: Asked, job: number, response: ServerResponse) => job === 1 && gone(response)
    ],
    [
      "forgets the place in its result",
      async (asked: Asked, job: number, response: ServerResponse) => {
        if (job !== 1 || paramOf(asked, "locator") !== "6") return false
        refuse(response, 400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return true
      }
    ]
  ] as const) {
    it.live(`because it ${what} is followed by a new one, once`, () =>
      Effect.gen(function* () {
        const { ids, jobs } = yield* read({ page }, {})
        assert.deepStrictEqual(ids, all)
        assert.strictEqual(jobs, 2)
      }).pipe(Effect.scoped)
    )
  }

  it.live("every time fails its stream", () =>
    Effect.gen(function* () {
      const { code, jobs } = yield* read({ page: async (_, __, response) => gone(response) }, {})
      assert.strictEqual(code, "API_NOT_FOUND")
      assert.strictEqual(jobs, 2)
    }).pipe(Effect.scoped)
  )

  for (const [what, refusal] of [
    ["has expired", (response: ServerResponse) => gone(response)],
    [
      "is another user's",
      (response: ServerResponse): true => {
        refuse(response, 403, "INSUFFICIENT_ACCESS", "You are not the creator of this job")
        return true
      }
    ],
    [
      "was made with another version",
      (response: ServerResponse): true => {
        refuse(response, 409, "INVALIDVERSION", "The API version is not the one the job was created with")
        return true
      }
    ]
  ] as const) {
    it.live(`since it was begun by an earlier run and ${what} is followed by a new one`, () =>
      Effect.gen(function* () {
        const { ids, jobs } = yield* read(
          { state: (job, response) => job === 0 && refusal(response) },
          { resumes: true }
        )
        assert.deepStrictEqual(ids, all)
        assert.strictEqual(jobs, 1)
      }).pipe(Effect.scoped)
    )
  }

  it.live("is not followed by another where rows have no key, which would be there twice", () =>
    Effect.gen(function* () {
      const { code, jobs } = yield* read({ processed: [9, 8] }, { keyless: true })
      assert.strictEqual(code, "ROW_COUNT_MISMATCH")
      assert.strictEqual(jobs, 1)
    }).pipe(Effect.scoped)
  )
})

describe("a job whose pages are not as many rows as it says", () => {
  it.live("is followed by a new one, whose word counts", () =>
    Effect.gen(function* () {
      const { ids, jobs, warnings } = yield* read({ processed: [9, 8] }, {})
      assert.deepStrictEqual(ids, all)
      assert.strictEqual(jobs, 2)
      assert.deepStrictEqual(warnings, [])
    }).pipe(Effect.scoped)
  )

  it.live("twice is right where a count that is no job's agrees with the pages, and that is said", () =>
    Effect.gen(function* () {
      const { ids, warnings, asked } = yield* read({ processed: [9, 9], count: 8 }, {})
      assert.deepStrictEqual(ids, all)
      assert.match(warnings[0] ?? "", /says that it found 9 rows.* have 8/)
      const [counted] = asked.filter(({ path }) => path.includes("/queryAll"))
      const query = queryOf({ ...definition, select: ["COUNT()"] }, work)
      assert.strictEqual(counted && paramOf(counted, "q"), query)
    }).pipe(Effect.scoped)
  )

  it.live("twice fails its stream where the count does not agree", () =>
    Effect.gen(function* () {
      const { code, message } = yield* read({ processed: [9, 9], count: 9 }, {})
      assert.strictEqual(code, "ROW_COUNT_MISMATCH")
      assert.match(message, /found 9 rows.* have 8; counted anew there are 9/)
    }).pipe(Effect.scoped)
  )
})

describe("the size of pages", () => {
  const slow = (millis: number) => async (asked: Asked) => {
    await after(Number(paramOf(asked, "maxRecords")) * millis)
    return false
  }

  it.live("shrinks while they take too long", () =>
    Effect.gen(function* () {
      const { ids, asked } = yield* read(
        { page: slow(60) },
        { resumes: true, version: "57.0", pageRows: 4, pageMillis: 150 }
      )
      assert.deepStrictEqual(ids, all)
      const sizes = asked
        .filter(({ path }) => path.includes("/results?"))
        .map((call) => paramOf(call, "maxRecords"))
      assert.deepStrictEqual(sizes.slice(0, 2), ["4", "2"])
      // On a busy machine a page of two may take too long as well.
      for (const size of sizes.slice(2)) assert.include(["2", "1"], size)
    }).pipe(Effect.scoped)
  )

  it("halves after a slow page, doubles after a quick one, and stays within its bounds", () => {
    const sizes = { pageRows: 100_000, pageMillis: 15_000 }
    assert.strictEqual(sizeAfter({ millis: 15_001 }, 100_000, sizes), 50_000)
    assert.strictEqual(sizeAfter({ millis: 15_001 }, 1562, sizes), 1562)
    assert.strictEqual(sizeAfter({ millis: 9000 }, 50_000, sizes), 50_000)
    assert.strictEqual(sizeAfter({ millis: 3000 }, 50_000, sizes), 100_000)
    assert.strictEqual(sizeAfter({ millis: 3000 }, 100_000, sizes), 100_000)
    assert.strictEqual(sizeAfter({ millis: null }, 25_000, sizes), 25_000)
  })
})
