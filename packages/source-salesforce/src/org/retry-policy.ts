/** Which refused or broken calls are sent again before their stream fails. */
import type { ReadError } from "../read-error.ts"

/** A query that timed out times out again: its reader asks for less instead. */
const askForLess = new Set(["API_QUERY_TIMEOUT", "API_TOO_MANY_IDS"])

export const isTransient = (error: ReadError): boolean => error.tryAgainSoon && !askForLess.has(error.code)
