/** From what went wrong inside to what an endpoint answers with: the status that fits, the same words everywhere. */
import { Conflict, Failed, Invalid, NotFound, Refused, SignInNeeded, TooMany } from "@decant/api"
import { type ErrorEntry, type Failure, failureReport } from "@decant/connector"
import { Cause, Effect } from "effect"
import { RunnerError } from "../runner-error.ts"
import { httpErrors } from "./error-catalogue.ts"

export type HttpErrorCode = (typeof httpErrors)[number]["code"]

/** A failure of the server itself, with the words of its entry unless others are given. */
export const httpError = (
  code: HttpErrorCode,
  words: { message?: string; fix?: string } = {}
): RunnerError => {
  const entries: ReadonlyArray<ErrorEntry> = httpErrors
  const { message = "", fix = "" } = entries.find((entry) => entry.code === code) ?? {}
  return new RunnerError({ code, message, fix, ...words })
}

export const forbidden = (what: string): RunnerError =>
  httpError("SPEC_FORBIDDEN", { message: `This cannot be changed over HTTP: ${what}.` })

const unknown = new Set(["SPEC_UNKNOWN", "RUN_UNKNOWN", "LOGIN_UNKNOWN", "SPEC_NOT_FOUND"])
const refused = new Set([
  "HOST_REFUSED",
  "ORIGIN_REFUSED",
  "HTTPS_NEEDED",
  "SPEC_FORBIDDEN",
  "ONE_FILE_SERVED"
])
const unsettled = new Set(["SPEC_CHANGED", "OTHER_ADDRESS"])
const sent = new Set(["QUERY_FAILED", "QUERY_REFUSED", "QUERY_TOO_LONG", "WHERE_INVALID"])

export type Answer = NotFound | Conflict | Invalid | Failed | Refused

const answerOf = (failure: Failure): Answer => {
  const report = failureReport(failure)
  const { code, disposition } = failure
  if (unknown.has(code)) return new NotFound(report)
  if (refused.has(code)) return new Refused(report)
  if (unsettled.has(code) || disposition === "locked") return new Conflict(report)
  if (sent.has(code) || disposition === "spec") return new Invalid(report)
  return new Failed(report)
}

export const signInNeeded = (code: "SIGN_IN_NEEDED" | "SIGN_IN_REFUSED"): SignInNeeded =>
  new SignInNeeded(failureReport(httpError(code)))

export const tooMany = (): TooMany => new TooMany(failureReport(httpError("SIGN_IN_LIMITED")))

/** Every failure becomes an answer; what nobody foresaw is logged, and said without its inside. */
export const answering = <A, E extends Failure, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Answer, R> =>
  effect.pipe(
    Effect.mapError(answerOf),
    Effect.catchDefect((defect) =>
      Effect.logError("http", Cause.die(defect)).pipe(
        Effect.andThen(Effect.fail(answerOf(RunnerError.internal("see the server's log"))))
      )
    )
  )
