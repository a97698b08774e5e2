/** A stored login: what Decant keeps of a connection between runs. */
import { Instant } from "@decant/connector"
import { Schema } from "effect"

const Text = Schema.String.check(Schema.isMinLength(1))

/** Encoded in clear: what is encoded here is encrypted next. */
const Hidden = Schema.RedactedFromValue(Text)

export const Connection = Schema.Struct({
  version: Schema.Literal(1),
  name: Text,
  method: Schema.Literals(["oauth", "device"]),
  /** The origin that the login went to. */
  login: Text,
  clientId: Text,
  refreshToken: Hidden,
  accessToken: Hidden,
  instanceUrl: Text,
  identityUrl: Text,
  /** Whether each refresh replaces the refresh token; null until the first refresh has told. */
  rotates: Schema.NullOr(Schema.Boolean),
  /**
   * Written and synced before a refresh token is sent, cleared by what came of it. Found later, it says that the
   * process ended in between.
   */
  refreshing: Schema.NullOr(Schema.Struct({ since: Instant, process: Schema.Finite })),
  org: Schema.NullOr(
    Schema.Struct({ id: Text, name: Schema.String, isSandbox: Schema.Boolean, userName: Schema.String })
  ),
  connectedAt: Instant,
  lastUsedAt: Instant
})
export type Connection = typeof Connection.Type
