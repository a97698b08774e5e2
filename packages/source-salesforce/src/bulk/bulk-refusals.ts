/** The answers by which Bulk says that it does not serve an object or a query; these are read by REST instead. */
import type { ReadError } from "../read-error.ts"
import { SourceError } from "../source-error.ts"

const refusals: ReadonlyArray<RegExp> = [
  /\bINVALIDENTITY\b/,
  /is not supported by the Bulk API/i,
  /does not support query/i,
  /compound data not supported in Bulk/i,
  /Max bulk v2 query jobs \(\d+\) per 24 hrs has been reached/i,
  /Max bulk v2 query result size stored/i
]

export const isBulkRefusal = (error: ReadError): boolean =>
  error instanceof SourceError && refusals.some((pattern) => pattern.test(error.said))
