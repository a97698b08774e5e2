/** What is looked at before a sync: the org behind the spec, then where the copy goes. */
import type { CheckLine, Destination, Failure } from "@decant/connector"
import { Effect, Result } from "effect"
import { findDestination, findSource } from "../registry.ts"
import type { SpecFile } from "../spec-file.ts"
import type { Screen } from "../terminal/screen.ts"

const failed = (name: string, failure: Failure): CheckLine => ({
  name,
  status: "fail",
  detail: failure.message,
  failure
})

/** A login that fails is a line too. */
export const checkSource = Effect.fnUntraced(function* ({ spec, folder }: SpecFile) {
  const connector = yield* findSource(spec.source.type)
  const opened = yield* Effect.result(connector.open({ spec, folder }))
  if (Result.isFailure(opened)) {
    const what = opened.failure.code.startsWith("NET_") ? "reachability" : "login"
    return { identity: null, lines: [failed(what, opened.failure)] }
  }
  const { identity, check } = opened.success
  const checked = yield* Effect.result(check)
  const lines = Result.isSuccess(checked) ? checked.success : [failed("org", checked.failure)]
  return { identity, lines }
})

export const checkDestination = Effect.fnUntraced(function* (
  { spec, folder }: SpecFile,
  orgId: string | null,
  screen: Pick<Screen, "note">
) {
  const connector = yield* findDestination(spec.destination.type)
  const checked = yield* Effect.result(
    connector
      .open({ spec, folder, orgId, notice: screen.note })
      .pipe(Effect.tap((destination) => destination.check))
  )
  const ok = ({ location }: Destination): CheckLine => ({
    name: "destination",
    status: "ok",
    detail: `${location} can be written`,
    failure: null
  })
  return Result.isSuccess(checked) ? ok(checked.success) : failed("destination", checked.failure)
})
