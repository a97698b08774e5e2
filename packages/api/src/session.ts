/**
 * Signing in. On 127.0.0.1 the address that `decant serve` prints signs in by its token; anywhere else a password
 * does. Either becomes an HttpOnly cookie. Scripts may send the token as `Authorization: Bearer …` instead.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema } from "effect/http-api"
import { Invalid, SignInNeeded, TooMany } from "./failures.ts"

export const Session = Schema.Struct({
  signedIn: Schema.Boolean,
  /** What signing in takes here. */
  by: Schema.Literals(["token", "password"]),
  version: Schema.String,
  /** Where this server is reached from outside, e.g. http://localhost:4766. */
  publicUrl: Schema.String
})
export type Session = typeof Session.Type

/** Host, Origin and the cookie are looked at before anything else of a request. */
export class SignedIn extends HttpApiMiddleware.Service<SignedIn>()("decant/api/SignedIn", {
  error: [SignInNeeded, TooMany]
}) {}

/** A request whose form is wrong is answered like any other failure. */
export class WellFormed extends HttpApiMiddleware.Service<WellFormed>()("decant/api/WellFormed", {
  error: Invalid
}) {}

export const SessionGroup = HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.get("look", "/session", { success: Session }),
    HttpApiEndpoint.post("signIn", "/session", {
      payload: Schema.Struct({
        token: Schema.optionalKey(Schema.String),
        password: Schema.optionalKey(Schema.String)
      }),
      success: Session,
      error: [SignInNeeded, TooMany]
    }),
    HttpApiEndpoint.delete("signOut", "/session", { success: HttpApiSchema.NoContent })
  )
  .middleware(WellFormed)
