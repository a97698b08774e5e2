/**
 * What every endpoint answers with when it cannot do what was asked: the same fields as `decant … --json` prints,
 * under the status that fits. `message` and `fix` are for the person; `code` is stable and has an entry in
 * docs/errors.md.
 */
import { Schema } from "effect"

/** A failure inside an answer, e.g. the last error of a stream. */
export const FailureInfo = Schema.Struct({
  code: Schema.String,
  /** One sentence: what happened. */
  message: Schema.String,
  /** What to click or type. */
  fix: Schema.String,
  /** A page and anchor of the documentation. */
  docs: Schema.String,
  /** Whether trying again, without changing anything, can help. */
  retryable: Schema.Boolean
})
export type FailureInfo = typeof FailureInfo.Type

const fields = { ...FailureInfo.fields }

/** Nobody is signed in. */
export class SignInNeeded extends Schema.TaggedError<SignInNeeded>()("SignInNeeded", fields, {
  httpApiStatus: 401
}) {}

/** Never allowed over HTTP, whoever asks: e.g. another host's page, a command in a spec, a path outside. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", fields, { httpApiStatus: 403 }) {}

export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", fields, { httpApiStatus: 404 }) {}

/** It has changed meanwhile, or something else is at it. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", fields, { httpApiStatus: 409 }) {}

/** What was sent cannot be taken: a mistake in a spec, a filter, a statement. */
export class Invalid extends Schema.TaggedError<Invalid>()("Invalid", fields, { httpApiStatus: 422 }) {}

export class TooMany extends Schema.TaggedError<TooMany>()("TooMany", fields, { httpApiStatus: 429 }) {}

/** Salesforce, the destination or this machine failed. */
export class Failed extends Schema.TaggedError<Failed>()("Failed", fields, { httpApiStatus: 502 }) {}

/** What an endpoint that is about a connection can answer. */
export const failures = [NotFound, Conflict, Invalid, Failed, Refused] as const
