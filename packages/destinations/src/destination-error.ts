/**
 * The one error of this package: what a destination cannot do, in one sentence, with what to click or type.
 * No value of a row stands in a message, because rows hold personal data; keys and file names may.
 */
import type { Disposition, Failure } from "@decant/connector"
import { Schema } from "effect"

/** What each code means for the run, and whether the same command may work later without a change. */
const codes = {
  DESTINATION_LOCKED: { disposition: "failed", retryable: true },
  WRITER_CONFLICT: { disposition: "locked", retryable: true },
  DESTINATION_OTHER_ORG: { disposition: "spec", retryable: false },
  DESTINATION_UNREACHABLE: { disposition: "failed", retryable: false },
  DESTINATION_READ_ONLY: { disposition: "failed", retryable: false },
  DESTINATION_DAMAGED: { disposition: "failed", retryable: false },
  DESTINATION_FAILED: { disposition: "failed", retryable: false },
  NOT_A_DUCKDB_FILE: { disposition: "spec", retryable: false },
  DUCKDB_FILE_NEWER: { disposition: "failed", retryable: false },
  DISK_FULL: { disposition: "failed", retryable: true },
  OUT_OF_MEMORY: { disposition: "failed", retryable: true },
  TARGET_CHANGED: { disposition: "failed", retryable: false },
  SCHEMA_INCOMPATIBLE: { disposition: "failed", retryable: false },
  NAMING_COLLISION: { disposition: "spec", retryable: false },
  NON_UNIQUE_KEY: { disposition: "failed", retryable: false },
  SEGMENT_REFUSED: { disposition: "failed", retryable: true },
  SEGMENT_SHORT: { disposition: "failed", retryable: true },
  MASK_KEY_MISSING: { disposition: "spec", retryable: false },
  NOT_SUPPORTED: { disposition: "spec", retryable: false },
  QUERY_REFUSED: { disposition: "spec", retryable: false },
  QUERY_FAILED: { disposition: "spec", retryable: false },
  QUERY_TOO_LONG: { disposition: "failed", retryable: false }
} as const satisfies Record<string, { readonly disposition: Disposition; readonly retryable: boolean }>

export type DestinationErrorCode = keyof typeof codes

export class DestinationError
  extends Schema.TaggedError<DestinationError>()("DestinationError", {
    code: Schema.Literals(Object.keys(codes) as [DestinationErrorCode, ...Array<DestinationErrorCode>]),
    message: Schema.String,
    fix: Schema.String
  })
  implements Failure
{
  get disposition(): Disposition {
    return codes[this.code].disposition
  }
  get retryable(): boolean {
    return codes[this.code].retryable
  }
  static of(code: DestinationErrorCode, message: string, fix: string): DestinationError {
    return new DestinationError({ code, message, fix })
  }
}
