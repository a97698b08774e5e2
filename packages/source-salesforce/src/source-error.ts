/**
 * What can go wrong while reading an org, in words for the operator. Refusals of the API and broken
 * connections take their texts from the catalogue of the auth package; the rest is said here.
 */
import { errorCatalogue, refusedCallFields } from "@decant/auth"
import type { Disposition, ErrorEntry, Failure } from "@decant/connector"
import { Schema } from "effect"
import { errorCatalogue as ownCatalogue } from "./error-catalogue.ts"

type OwnCode = (typeof ownCatalogue)[number]["code"]
const own: ReadonlyArray<ErrorEntry & { readonly code: OwnCode }> = ownCatalogue

const SourceErrorCode = Schema.Literals([
  ...own.map(({ code }) => code),
  ...errorCatalogue.map(({ code }) => code)
])

export class SourceError
  extends Schema.TaggedError<SourceError>()("SourceError", {
    code: SourceErrorCode,
    ...refusedCallFields
  })
  implements Failure {}

/** Fails one stream; what it means for the run and whether trying again helps is the table's unless said. */
export const sourceError = (
  code: OwnCode,
  message: string,
  fix: string,
  more: { readonly again?: boolean; readonly disposition?: Disposition; readonly said?: string } = {}
): SourceError => {
  const entry = own.find((candidate) => candidate.code === code)
  return new SourceError({
    code,
    message,
    fix,
    retryable: more.again ?? false,
    tryAgainSoon: more.again ?? false,
    disposition: more.disposition ?? entry?.disposition ?? "failed",
    waitMillis: 0,
    said: more.said ?? "",
    fields: []
  })
}
