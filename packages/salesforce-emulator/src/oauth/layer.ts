/** Everything OAuth keeps, as one layer over the org and the switches. */
import { Layer } from "effect"
import { Approvals } from "./approvals.ts"
import { Apps } from "./apps.ts"
import { Codes } from "./codes.ts"
import { DefaultApps } from "./default-apps.ts"
import { Devices } from "./devices.ts"
import { IdTokens } from "./id-tokens.ts"
import { orgDirectory } from "./org-directory.ts"
import { PendingLogins } from "./pending-logins.ts"
import { RefreshTokens } from "./refresh-tokens.ts"
import { Sessions } from "./sessions.ts"

export const oauth = Layer.mergeAll(RefreshTokens.layer, DefaultApps.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Sessions.layer,
      IdTokens.layer,
      Apps.layer,
      Approvals.layer,
      Codes.layer,
      Devices.layer,
      PendingLogins.layer
    )
  ),
  Layer.provideMerge(orgDirectory)
)
