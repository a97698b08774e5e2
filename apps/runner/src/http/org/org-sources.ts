/**
 * The orgs behind the connections, logged in once and kept for a few minutes, so that looking around in a page does
 * not log in at every click.
 */
import { type OpenSession, openSession, type Session } from "@decant/auth"
import type { Catalog, Failure, Source } from "@decant/connector"
import { Context, Effect, Exit, Layer, RcMap, type Scope } from "effect"
import { HttpClient } from "effect/http"
import { findSource } from "../../registry.ts"
import type { SpecFile } from "../../spec-file.ts"

export interface OpenOrg {
  readonly source: Source
  readonly session: Session
  readonly apiVersion: string
  /** All objects, as they were at most five minutes ago. */
  readonly objects: Effect.Effect<Catalog, Failure>
}

const kept = "5 minutes"

export class OrgSources extends Context.Service<
  OrgSources,
  {
    /** Until the scope closes, and a while longer. */
    readonly open: (id: string, specFile: SpecFile) => Effect.Effect<OpenOrg, Failure, Scope.Scope>
    /** The next one logs in anew. */
    readonly forget: (id: string) => Effect.Effect<void>
  }
>()("http/OrgSources") {
  static readonly layer = Layer.effect(
    OrgSources,
    Effect.gen(function* () {
      const http = yield* HttpClient.HttpClient
      const specs = new Map<string, SpecFile>()
      const orgs = yield* RcMap.make({
        lookup: (id: string) => Effect.suspend(() => openOrg(specs.get(id), http)),
        idleTimeToLive: kept
      })
      const forget = (id: string) => RcMap.invalidate(orgs, id)
      return OrgSources.of({
        open: Effect.fnUntraced(function* (id, specFile) {
          if (specs.get(id) !== specFile) yield* forget(id)
          specs.set(id, specFile)
          return yield* RcMap.get(orgs, id).pipe(
            Effect.onExit((exit) => (Exit.isFailure(exit) ? forget(id) : Effect.void))
          )
        }),
        forget
      })
    })
  )
}

const openOrg = Effect.fnUntraced(function* (specFile: SpecFile | undefined, http: HttpClient.HttpClient) {
  if (specFile === undefined) return yield* Effect.die("an org was asked for that has no spec")
  const { spec, folder } = specFile
  const connector = yield* findSource(spec.source.type)
  const source = yield* connector.open({ spec, folder })
  const of: OpenSession = { source: spec.source, folder, connection: spec.name }
  const session = yield* openSession(of).pipe(Effect.provideService(HttpClient.HttpClient, http))
  const objects = yield* Effect.cachedWithTTL(source.discover([]), kept)
  const org: OpenOrg = { source, session, apiVersion: spec.source.apiVersion, objects }
  return org
})
