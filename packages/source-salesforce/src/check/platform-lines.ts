/** Whether the org can be reached, offers the spec's API version, is of the kind expected, and shares our time. */
import { AuthError, environmentDoubt, environmentName } from "@decant/auth"
import type { CheckLine, Spec } from "@decant/connector"
import { Clock, Effect, Schema } from "effect"
import { decodeReply } from "../org/api-reply.ts"
import type { OrgIdentity } from "../org/org-identity.ts"
import type { SalesforceClient } from "../org/salesforce-client.ts"
import type { ReadError } from "../read-error.ts"
import { ok, warn } from "./check-line.ts"

const Versions = Schema.NonEmptyArray(Schema.Struct({ version: Schema.String }))

/** A signed login lives three minutes; a third of that is worth a word. */
const noticedSkewMillis = 60_000

const inWords = (millis: number): string => {
  const seconds = Math.round(Math.abs(millis) / 1000)
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}

const clockLine = (serverMillis: number, ownMillis: number): CheckLine => {
  const ahead = ownMillis - serverMillis
  if (Number.isNaN(ahead)) return ok("clock", "the org does not tell its time")
  if (Math.abs(ahead) < noticedSkewMillis) return ok("clock", "within a minute of Salesforce's")
  const detail = `${inWords(ahead)} ${ahead > 0 ? "ahead of" : "behind"}`
  return warn("clock", AuthError.because("AUTH_CLOCK_SKEW", { detail }))
}

export const environmentLine = (spec: Spec, identity: OrgIdentity): CheckLine => {
  const doubt = environmentDoubt(spec.source.environment, identity.isSandbox)
  return doubt === null
    ? ok("environment", `a ${environmentName(identity.isSandbox)} org`)
    : warn("environment", doubt)
}

export const platformLines = Effect.fnUntraced(function* (
  client: SalesforceClient
): Effect.fn.Return<ReadonlyArray<CheckLine>, ReadError> {
  const before = yield* Clock.currentTimeMillis
  const reply = yield* client.text({ stream: null, path: "/services/data" })
  const after = yield* Clock.currentTimeMillis
  const versions = yield* decodeReply(Versions, "its API versions", reply)
  const newest = Math.max(...versions.map(({ version }) => Number(version)))
  return [
    ok("reachability", `answered in ${after - before} ms`),
    // A version that is not offered has failed the login already.
    ok("API version", `${client.apiVersion}; the newest is ${newest.toFixed(1)}`),
    clockLine(Date.parse(reply.headers.date ?? ""), (before + after) / 2)
  ]
})
