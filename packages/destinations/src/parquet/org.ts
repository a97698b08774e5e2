/** Whose copy lies here: one org per place, since rows of two could not be told apart. */
import { Effect, Option, Schema } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { ParquetSettings } from "./parquet-settings.ts"
import type { Store } from "./store.ts"

const key = "_decant/org.json"
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ orgId: Schema.String })))

const otherOrg = (path: string, held: string, wanted: string): DestinationError =>
  DestinationError.of(
    "DESTINATION_OTHER_ORG",
    `${path} holds the copy of org ${held}, but these credentials lead to org ${wanted}.`,
    "Check `environment` and the credentials in the spec, or set another `path` in its destination for the other org; after a sandbox refresh, `decant sync --adopt-org` keeps the old tables aside."
  )

/** The org whose copy this is, null when there is none; fails when it is another than the one that is read now. */
export const checkOrg = Effect.fnUntraced(function* (
  store: Store,
  settings: ParquetSettings
): Effect.fn.Return<string | null, DestinationError> {
  const bytes = yield* store.read(key)
  const held = Option.getOrUndefined(decode(bytes?.toString("utf8")))?.orgId ?? null
  if (held !== null && settings.orgId !== null && held !== settings.orgId) {
    return yield* otherOrg(settings.path, held, settings.orgId)
  }
  return held
})

/** Before the first commit: of two writers of two orgs one gets the place. */
export const claimForOrg = Effect.fnUntraced(function* (
  store: Store,
  settings: ParquetSettings,
  orgId: string
): Effect.fn.Return<void, DestinationError> {
  if ((yield* checkOrg(store, settings)) !== null) return
  yield* store.putIfAbsent(key, Buffer.from(`${JSON.stringify({ orgId })}\n`))
  yield* checkOrg(store, settings)
})
