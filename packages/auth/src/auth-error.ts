/** The one error of this package. Its texts come from the catalogue and never hold a secret. */
import { type Failure, failureFields } from "@decant/connector"
import { Schema } from "effect"
import { type ErrorCode, errorCatalogue } from "./error-catalogue.ts"
import { type Details, type FailureParts, failureOf } from "./recognise.ts"

const AuthErrorCode = Schema.Literals(errorCatalogue.map((entry) => entry.code))

export class AuthError
  extends Schema.TaggedError<AuthError>()("AuthError", {
    code: AuthErrorCode,
    ...failureFields,
    tryAgainSoon: Schema.Boolean
  })
  implements Failure
{
  static of(parts: FailureParts): AuthError {
    return new AuthError(parts)
  }

  static because(code: ErrorCode, details: Details = {}): AuthError {
    return new AuthError(failureOf(code, details))
  }
}
