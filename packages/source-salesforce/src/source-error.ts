/**
 * What can go wrong while reading an org, in words for the operator. Refusals of the API and broken
 * connections take their texts from the catalogue of the auth package; the rest is said here.
 */
import { errorCatalogue, type FailureParts } from "@decant/auth"
import type { Disposition, Failure } from "@decant/connector"
import { Schema } from "effect"

const ownCodes = [
  "ORG_REPLY_INVALID",
  "OBJECT_UNKNOWN",
  "OBJECT_UNSUPPORTED",
  "FIELD_UNKNOWN",
  "STREAM_UNKNOWN",
  "STREAM_UNSUPPORTED",
  "JOB_FAILED",
  "PAGE_DAMAGED",
  "ROW_COUNT_MISMATCH",
  "SPOOL_FAILED",
  "PERMISSION_MISSING",
  "ROWS_MAY_BE_HIDDEN",
  "OBJECT_HIDDEN",
  "FIELD_HIDDEN",
  "STREAM_DOUBTFUL",
  "LIMIT_NEARLY_USED"
] as const

const SourceErrorCode = Schema.Literals([...ownCodes, ...errorCatalogue.map(({ code }) => code)])

export class SourceError
  extends Schema.TaggedError<SourceError>()("SourceError", {
    code: SourceErrorCode,
    message: Schema.String,
    fix: Schema.String,
    retryable: Schema.Boolean,
    disposition: Schema.Literals(["spec", "credentials", "budget", "locked", "failed"]),
    /** The same request may be sent again at once, with back-off. */
    tryAgainSoon: Schema.Boolean,
    /** `Retry-After`, where it was sent. */
    waitMillis: Schema.Int,
    /** Salesforce's own words, for the few refusals that only a text tells apart. */
    said: Schema.String
  })
  implements Failure {}

/** From the catalogue. */
export const refusal = (
  parts: FailureParts,
  more: { readonly waitMillis?: number; readonly said?: string } = {}
): SourceError => new SourceError({ ...parts, waitMillis: more.waitMillis ?? 0, said: more.said ?? "" })

/** Fails one stream; trying again does not cure it unless said. */
export const sourceError = (
  code: (typeof ownCodes)[number],
  message: string,
  fix: string,
  more: { readonly again?: boolean; readonly disposition?: Disposition } = {}
): SourceError =>
  new SourceError({
    code,
    message,
    fix,
    retryable: more.again ?? false,
    tryAgainSoon: more.again ?? false,
    disposition: more.disposition ?? "failed",
    waitMillis: 0,
    said: ""
  })
