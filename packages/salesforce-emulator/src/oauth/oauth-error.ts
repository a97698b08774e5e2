/** The one error of the OAuth endpoints. Salesforce sends 400 for practically all of them, where the RFCs say 401. */
import { Data } from "effect"
import { type Refusal, refusalText } from "./refusals.ts"

export class OAuthError extends Data.TaggedError("OAuthError")<{
  readonly refusal: Refusal
  readonly error: string
  readonly description: string
}> {
  override get message(): string {
    return `${this.error}: ${this.description}`
  }
}

/** `change` overrides what Salesforce's table says, for the cases that a switch decides. */
export function refuse(
  refusal: Refusal,
  change: { readonly error?: string; readonly description?: string } = {}
): OAuthError {
  const [error, description] = refusalText(refusal)
  return new OAuthError({
    refusal,
    error: change.error ?? error,
    description: change.description ?? description
  })
}
