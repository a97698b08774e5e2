/**
 * What can go wrong while working with an org. Refusals of the API and broken connections take their texts from
 * the catalogue of the auth package; the rest is said here.
 */
import { type AuthError, errorCatalogue as authCatalogue, type FailureParts } from "@decant/auth"
import type { Disposition, ErrorEntry, Failure } from "@decant/connector"
import { Schema } from "effect"
import { errorCatalogue } from "./error-catalogue.ts"

type OwnCode = (typeof errorCatalogue)[number]["code"]
const own: ReadonlyArray<ErrorEntry & { readonly code: OwnCode }> = errorCatalogue

const OrgErrorCode = Schema.Literals([
  ...own.map(({ code }) => code),
  ...authCatalogue.map(({ code }) => code)
])

export class OrgError
  extends Schema.TaggedError<OrgError>()("OrgError", {
    code: OrgErrorCode,
    message: Schema.String,
    fix: Schema.String,
    retryable: Schema.Boolean,
    disposition: Schema.Literals(["spec", "credentials", "budget", "locked", "failed"]),
    /** The same request may be sent again at once, with back-off. */
    tryAgainSoon: Schema.Boolean,
    /** `Retry-After`, where it was sent. */
    waitMillis: Schema.Int,
    /** Salesforce's own code and words; empty where it did not answer. */
    said: Schema.String,
    /** The fields that Salesforce names. */
    fields: Schema.Array(Schema.String)
  })
  implements Failure {}

/** Sessions bring their own errors; they pass through unchanged. */
export type OrgFailure = OrgError | AuthError

/** From the auth package's catalogue. */
export const refusal = (
  parts: FailureParts,
  more: {
    readonly waitMillis?: number
    readonly said?: string
    readonly fields?: ReadonlyArray<string>
  } = {}
): OrgError =>
  new OrgError({
    ...parts,
    waitMillis: more.waitMillis ?? 0,
    said: more.said ?? "",
    fields: more.fields ?? []
  })

/** From this package's catalogue, with what is to be said instead of the entry's general words. */
export const orgError = (
  code: OwnCode,
  words: { readonly message?: string; readonly fix?: string; readonly disposition?: Disposition } = {}
): OrgError => {
  const entry = own.find((candidate) => candidate.code === code)
  return new OrgError({
    code,
    message: words.message ?? entry?.message ?? code,
    fix: words.fix ?? entry?.fix ?? "",
    retryable: entry?.retry !== "no",
    disposition: words.disposition ?? entry?.disposition ?? "failed",
    tryAgainSoon: false,
    waitMillis: 0,
    said: "",
    fields: []
  })
}
