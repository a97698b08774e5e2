/** What the org itself has to offer for a first spec: its custom objects, and fields that look like roles. */
import { type CatalogObject, decodeSpec } from "@decant/connector"
import { Effect } from "effect"
import { findSource } from "../registry.ts"
import type { Screen } from "../terminal/screen.ts"

export interface OrgOffer {
  /** Custom objects that can be synced, those with the most rows first. */
  readonly customObjects: ReadonlyArray<CatalogObject>
  readonly account: CatalogObject | null
}

const loadActions = Effect.promise(() => import("../connect/connect-actions.ts"))

/** Logs in as the starter spec says; fails with what stands in the way. */
export const offerOf = Effect.fnUntraced(function* (of: {
  readonly file: string
  readonly folder: string
  readonly text: string
  readonly browser: boolean
  readonly screen: Screen
}) {
  const { file, folder, text, browser, screen } = of
  const { spec, warnings } = yield* decodeSpec({ file, text, env: process.env })
  const actions = yield* loadActions
  const method = spec.source.auth.method
  if (method === "oauth" || method === "device") {
    const specFile = { file, folder, spec, warnings }
    yield* actions
      .connectOrg({
        specFile,
        method: null,
        browser,
        screen: { ...screen, answer: screen.note },
        shared: false
      })
      .pipe(Effect.provide(actions.http))
  }
  const connector = yield* findSource(spec.source.type)
  const source = yield* connector.open({ spec, folder })
  yield* screen.note(`Logged in to ${source.identity.orgName}. Looking at its objects and fields …`)
  const { objects } = yield* source.discover([])
  const account = (yield* source.discover(["Account"])).objects.find(({ name }) => name === "Account")
  return {
    customObjects: objects
      .filter((object) => object.custom && object.unsupported === null)
      .sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0)),
    account: account ?? null
  } satisfies OrgOffer
}, Effect.scoped)
