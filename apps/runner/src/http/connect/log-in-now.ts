/** Logs in by a secret that was just typed, and makes the connection of it when that works. */
import { type OrgIdentity, openSession, readOrgIdentity } from "@decant/auth"
import { Clock, Effect } from "effect"
import { keepKnownOrg, knownOrg } from "../../connect/known-org.ts"
import { SpecShelf } from "../../serve/spec-shelf.ts"
import { connectionView } from "../connection/connection-view.ts"
import { LoginTrouble } from "../connection/login-trouble.ts"
import { OrgSources } from "../org/org-sources.ts"
import { type Draft, draftConnection, dropDraft, type Wanted, writeDraft } from "./draft-connection.ts"

const identityOf = Effect.fnUntraced(function* ({ specFile }: Draft) {
  const { spec, folder } = specFile
  const session = yield* openSession({ source: spec.source, folder, connection: spec.name })
  return yield* readOrgIdentity(yield* session.token, spec.source.apiVersion)
})

/** What follows any login that worked. */
export const connected = Effect.fnUntraced(function* (draft: Draft, identity: OrgIdentity) {
  const shelf = yield* SpecShelf
  const { folder, spec } = draft.specFile
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* writeDraft(draft)
  yield* keepKnownOrg({ folder, name: spec.name }, knownOrg(identity, identity.isSandbox, at))
  yield* (yield* LoginTrouble).clear(draft.id)
  yield* (yield* OrgSources).forget(draft.id)
  return yield* connectionView(yield* shelf.get(draft.id))
})

export const logInNow = Effect.fnUntraced(function* (wanted: Wanted) {
  const draft = yield* draftConnection(wanted)
  return yield* identityOf(draft).pipe(
    Effect.flatMap((identity) => connected(draft, identity)),
    Effect.tapError(() => dropDraft(draft))
  )
})
