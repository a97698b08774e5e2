/**
 * `decant demo`, which is `npm start`: a local org, a first sync, an ordinary day in the org, a second sync,
 * and the table that a customer-marketing person wants. The syncs are those of `decant sync`.
 */
import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { FetchHttpClient } from "effect/http"
import {
  type Customer,
  customerSql,
  customersOf,
  customerTable,
  shownCustomers
} from "../demo/customer-table.ts"
import { demoDatabase, demoSpecFile, earlierDatabase, prepareDemoFolder } from "../demo/demo-folder.ts"
import { type DemoOrg, startDemoOrg } from "../demo/demo-org.ts"
import { changeOrg } from "../demo/org-changes.ts"
import { exitCode } from "../exit-code.ts"
import { RunnerError } from "../runner-error.ts"
import { readCopySpec, readSpec, runPaths } from "../spec-file.ts"
import { lockHolder } from "../sync/lock-file.ts"
import type { Screen } from "../terminal/screen.ts"
import { SpecFlag, theScreen } from "./flags.ts"
import { askCopy } from "./query.ts"
import { syncAndShow } from "./sync.ts"

const rowsShown = 12

const heading = (screen: Screen, text: string) => screen.answer(`\n${screen.out.paint("bold", text)}`)

const syncOnce = Effect.fnUntraced(function* (screen: Screen, org: DemoOrg) {
  const { clientId, clientSecret } = org.apps.clientCredentials
  const env = {
    ...process.env,
    SALESFORCE_URL: org.url,
    SALESFORCE_CLIENT_ID: clientId,
    SALESFORCE_CLIENT_SECRET: clientSecret
  }
  const specFile = yield* readSpec(demoSpecFile, env)
  const ended = yield* syncAndShow({ specFile, screen, only: [], fullRefresh: [], wait: Option.none() })
  if (ended.exitCode !== exitCode.done) {
    return yield* new RunnerError({
      code: "DEMO_FAILED",
      message: "The sync of the demo did not succeed; what went wrong is said above.",
      fix: "Run the demo again; if it happens again, report it with the output of `--log-level debug`."
    })
  }
  return ended.report
})

const customers = (screen: Screen) =>
  askCopy({ file: demoSpecFile, sql: customerSql, maxRows: 100_000, screen }).pipe(Effect.map(customersOf))

/** Another demo that is at work must not have its files moved away. */
const refuseIfRunning = Effect.gen(function* () {
  const found = yield* Effect.option(readCopySpec(demoSpecFile, {}))
  if (Option.isNone(found)) return
  const holder = yield* lockHolder(runPaths(found.value).lock)
  if (holder !== null) return yield* holder
})

const closing = (): string =>
  [
    `The copy is in ${demoDatabase}; its spec is ${demoSpecFile}. Ask it:`,
    "",
    `  npx decant query --spec ${demoSpecFile} "SELECT Name, reference, marketing_rights FROM account_roles WHERE logo"`,
    `  npx decant query --spec ${demoSpecFile} "SELECT StageName, count(*) AS deals, sum(Amount) AS amount FROM opportunity_live GROUP BY ALL ORDER BY amount DESC"`,
    "",
    "Your own org next: copy that spec, set `environment` and `auth`, then `npx decant check FILE`."
  ].join("\n")

const run = Effect.gen(function* () {
  const screen = yield* theScreen
  if (Option.isSome(yield* SpecFlag)) {
    return yield* RunnerError.usage("The demo writes its own spec.", "Leave `--spec` out.")
  }
  // The answer of `--json` is one document at the end; the story goes to stderr.
  const story: Screen = screen.json || screen.quiet ? { ...screen, json: false, answer: screen.note } : screen
  yield* refuseIfRunning
  const earlier = yield* prepareDemoFolder
  if (earlier) yield* story.answer(`The database of the earlier demo is kept as ${earlierDatabase}.`)
  const org = yield* startDemoOrg
  yield* heading(story, `1. A Salesforce org on this machine: ${org.url}`)
  yield* heading(story, "2. The first sync reads everything, by Bulk API 2.0")
  const first = yield* syncOnce(story, org)
  const before: ReadonlyArray<Customer> = yield* customers(screen)
  yield* heading(story, "3. A day passes in the org")
  const told = yield* changeOrg(org.url, before)
  yield* story.answer(told.map((line) => `  ${line}`).join("\n"))
  yield* heading(story, "4. The second sync reads what changed")
  const second = yield* syncOnce(story, org)
  const shown = shownCustomers(before, yield* customers(screen), rowsShown)
  yield* heading(story, "5. Customers that marketing can name; the marks show what the second sync brought")
  yield* story.answer(customerTable(shown, story.out))
  yield* story.answer(`\n${closing()}`)
  if (screen.json) {
    const answer = { spec: demoSpecFile, database: demoDatabase, runs: [first, second], customers: shown }
    yield* screen.answer(JSON.stringify(answer))
  }
})

export const demo = Command.make("demo", {}, () =>
  run.pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
).pipe(
  Command.withDescription("Try it: a local org, two syncs into DuckDB, and what a marketing team sees"),
  Command.withExamples([{ command: "decant demo", description: "Writes ./decant-demo and nothing else" }])
)
