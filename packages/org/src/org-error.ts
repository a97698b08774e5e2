/**
 * What can go wrong while working with an org. Refusals of the API and broken connections take their texts from
 * the catalogue of the auth package; the rest is said here.
 */
import { type AuthError, errorCatalogue as authCatalogue, refusedCallFields } from "@decant/auth"
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
    ...refusedCallFields
  })
  implements Failure {}

/** Sessions bring their own errors; they pass through unchanged. */
export type OrgFailure = OrgError | AuthError

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
