/**
 * The pages of a query after its first one. Each is asked for as soon as the one before has come, so that Salesforce
 * works on it while this one is read and written: no call is made that would not have been made, and no page is
 * further ahead than the next.
 */
import type { ApiReply } from "@decant/auth"
import { Effect, Fiber, type Scope } from "effect"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { askPage, type QueryPage, readPage } from "./rest-query.ts"

/** How replies begin that have a next page: its address is known before the rows are parsed. */
const HEAD =
  /^\s*\{\s*"totalSize"\s*:\s*\d+\s*,\s*"done"\s*:\s*false\s*,\s*"nextRecordsUrl"\s*:\s*"([^"\\]+)"/

interface Coming {
  readonly path: string
  readonly reply: Fiber.Fiber<ApiReply, ReadError>
}

export interface PagesAhead {
  /** Null after the last page. */
  readonly next: Effect.Effect<QueryPage | null, ReadError>
}

/** What was asked for and is not wanted any more ends with the scope. */
export const pagesAfter = Effect.fnUntraced(function* (
  client: SalesforceClient,
  stream: string,
  first: QueryPage
): Effect.fn.Return<PagesAhead, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const ask = (path: string): Effect.Effect<Coming> =>
    askPage(client, stream, path).pipe(
      Effect.forkIn(scope, { startImmediately: true }),
      Effect.map((reply) => ({ path, reply }))
    )
  let page: QueryPage = first
  let coming: Coming | null = null

  const next = Effect.gen(function* () {
    if (page.next === null) return null
    // Something else than the head had said.
    if (coming !== null && coming.path !== page.next) yield* Fiber.interrupt(coming.reply)
    if (coming?.path !== page.next) coming = yield* ask(page.next)
    const reply: ApiReply = yield* Fiber.join(coming.reply)
    const told = HEAD.exec(reply.text)?.[1]
    coming = told === undefined ? null : yield* ask(told)
    page = yield* readPage(stream, reply, first.asOf)
    return page
  })
  coming = first.next === null ? null : yield* ask(first.next)
  return { next }
})
