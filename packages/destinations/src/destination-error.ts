/**
 * The one error of this package: what a destination cannot do, in one sentence, with what to click or type.
 * No value of a row stands in a message, because rows hold personal data; keys and file names may.
 */
import type { Disposition, ErrorEntry, Failure } from "@decant/connector"
import { Schema } from "effect"
import { errorCatalogue } from "./error-catalogue.ts"

export type DestinationErrorCode = (typeof errorCatalogue)[number]["code"]

const entries: ReadonlyArray<ErrorEntry> = errorCatalogue

const entryOf = (code: DestinationErrorCode): ErrorEntry | undefined =>
  entries.find((entry) => entry.code === code)

export class DestinationError
  extends Schema.TaggedError<DestinationError>()("DestinationError", {
    code: Schema.Literals(errorCatalogue.map((entry) => entry.code)),
    message: Schema.String,
    fix: Schema.String
  })
  implements Failure
{
  get disposition(): Disposition {
    return entryOf(this.code)?.disposition ?? "failed"
  }
  get retryable(): boolean {
    return entryOf(this.code)?.retry !== "no"
  }
  static of(code: DestinationErrorCode, message: string, fix: string): DestinationError {
    return new DestinationError({ code, message, fix })
  }
}
