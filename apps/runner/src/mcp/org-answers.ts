/** What the tools that ask the org do. */
import { type Org, type OrgRecord, soqlName, soslTerm } from "@decant/org"
import { Effect, Stream } from "effect"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import { boundSoql } from "./bound-soql.ts"
import { csvHead } from "./csv-head.ts"
import { describeObject, listObjects } from "./describe-answers.ts"
import type { Desk } from "./desk.ts"
import { asJson, asObjects, dataNotice, fit } from "./limits.ts"
import type { OrgTools } from "./org-tools.ts"
import { getRecord } from "./record-answer.ts"
import { recordLink } from "./record-link.ts"
import { viewRecord, viewValue } from "./record-view.ts"
import { openForReading } from "./rest-paths.ts"
import { asTool, ToolFailure } from "./tool-failure.ts"

type Tools = (typeof OrgTools)["tools"]
type Parameters<Name extends keyof Tools> = Tool.Parameters<Tools[Name]>

const linkOf = (org: Org) => Effect.map(org.whoAmI, ({ instanceUrl }) => recordLink(instanceUrl))

/** Pages until there are enough rows; the rest is not fetched. */
const ask = Effect.fnUntraced(function* (
  desk: Desk,
  org: Org,
  of: {
    readonly statement: string
    readonly limit: number | undefined
    readonly allRows: boolean
    /** The statement has a LIMIT of ours, one above the limit: how many there are is not known. */
    readonly limited: boolean
  }
) {
  const limit = Math.min(of.limit ?? desk.limits.rows, desk.limits.rows)
  const link = yield* linkOf(org)
  const records: Array<OrgRecord> = []
  let totalSize = 0
  yield* org
    .query(of.statement, { allRows: of.allRows, pageRows: Math.min(2000, Math.max(200, limit)) })
    .pipe(
      Stream.takeUntil((page) => {
        totalSize = page.totalSize
        for (const record of page.records) records.push(viewRecord(record, link))
        return records.length >= limit
      }),
      Stream.runDrain
    )
  const { rows, cut } = fit({
    rows: records.slice(0, limit),
    total: of.limited ? null : totalSize,
    more: records.length > limit,
    limits: { ...desk.limits, rows: limit },
    advice: "Narrow it with conditions, name fewer fields, or ask for a count."
  })
  return { notice: dataNotice, cut, totalSize, records: asObjects(rows) }
})

const soqlQuery = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"soql_query">) {
  const org = yield* desk.org
  return yield* ask(desk, org, {
    statement: of.soql,
    limit: of.limit,
    allRows: of.allRows === true,
    limited: false
  })
}, Effect.scoped)

const findRecords = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"find_records">) {
  const org = yield* desk.org
  const limit = Math.min(of.limit ?? desk.limits.rows, desk.limits.rows)
  const statement = yield* boundSoql(org, of, limit + 1)
  const { notice, cut, records } = yield* ask(desk, org, {
    statement,
    limit,
    allRows: false,
    limited: true
  })
  return { notice, cut, soql: statement, records }
}, Effect.scoped)

const searched = ["Account", "Contact", "Lead", "Opportunity"]

const soslOf = (of: Parameters<"sosl_search">, limit: number): Effect.Effect<string, ToolFailure> => {
  const { term, statement, objects = searched } = of
  if ((term === undefined) === (statement === undefined)) {
    return Effect.fail(ToolFailure.refused("Either `term` or `statement` is needed.", "Give one of them."))
  }
  if (statement !== undefined) return Effect.succeed(statement)
  return Effect.try({
    try: () => {
      const returning = objects.map((object) => `${soqlName(object).text}(Id, Name)`)
      return `FIND {${soslTerm(term ?? "")}} IN ALL FIELDS RETURNING ${returning.join(", ")} LIMIT ${limit}`
    },
    catch: () =>
      ToolFailure.refused("`objects` has something that is no object.", "list_objects shows API names.")
  })
}

const soslSearch = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"sosl_search">) {
  const org = yield* desk.org
  const limit = Math.min(of.limit ?? desk.limits.rows, desk.limits.rows)
  const found = yield* org.search(yield* soslOf(of, limit))
  const link = yield* linkOf(org)
  const { rows, cut } = fit({
    rows: found.map((record) => viewRecord(record, link)),
    total: null,
    more: found.length >= limit,
    limits: { ...desk.limits, rows: limit },
    advice: "Look for a longer term or in fewer objects."
  })
  return { notice: dataNotice, cut, records: asObjects(rows) }
}, Effect.scoped)

const restCall = Effect.fnUntraced(function* (desk: Desk, { path }: Parameters<"rest_call">) {
  const no = openForReading(path)
  if (no !== null) return yield* no
  const org = yield* desk.org
  const { status, text } = yield* org.rest({ method: "GET", path })
  const { bytes } = desk.limits
  const size = Buffer.byteLength(text)
  if (size > bytes) {
    const cut = `Only the first ${bytes} of ${size} bytes are shown, as text. Ask for less: a narrower path, or another tool.`
    return { notice: dataNotice, cut, status, answer: Buffer.from(text).subarray(0, bytes).toString() }
  }
  const link = yield* linkOf(org)
  const answer = yield* Effect.try({
    try: () => viewValue(JSON.parse(text), link),
    catch: () => ToolFailure.refused("The answer is not JSON.", "Use a path that answers with JSON.")
  }).pipe(Effect.orElseSucceed(() => text))
  return { notice: dataNotice, cut: null, status, answer: asJson(answer) }
}, Effect.scoped)

const bulkQuery = Effect.fnUntraced(function* (desk: Desk, of: Parameters<"bulk_query">) {
  const org = yield* desk.org
  const { jobId, rows, csv } = yield* org.bulkQuery(of.soql, { allRows: of.allRows === true })
  const limit = Math.min(of.limit ?? desk.limits.rows, desk.limits.rows)
  const head = yield* csvHead(csv, { rows: limit, bytes: desk.limits.bytes })
  const cut =
    head.rows < rows
      ? `Only the first ${head.rows} of ${rows} rows are shown. \`decant soql --bulk --csv\` writes them all to a file.`
      : null
  return { notice: dataNotice, cut, jobId, rows, csv: head.text }
}, Effect.scoped)

export const orgAnswers = (desk: Desk): Toolkit.HandlersFrom<Tools> => ({
  soql_query: (of) => asTool(soqlQuery(desk, of)),
  find_records: (of) => asTool(findRecords(desk, of)),
  sosl_search: (of) => asTool(soslSearch(desk, of)),
  list_objects: (of) => asTool(listObjects(desk, of)),
  describe_object: (of) => asTool(describeObject(desk, of)),
  get_record: (of) => asTool(getRecord(desk, of)),
  rest_call: (of) => asTool(restCall(desk, of)),
  bulk_query: (of) => asTool(bulkQuery(desk, of))
})
