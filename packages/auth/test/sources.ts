/** The `source` block of a spec around one way of logging in. */
import type { Auth, SalesforceSource } from "@decant/connector"
import { Duration } from "effect"

export const sourceWith = (environment: string, auth: Auth): SalesforceSource => ({
  type: "salesforce",
  environment,
  apiVersion: "67.0",
  auth,
  lookback: Duration.minutes(10),
  streams: [{ object: "Account" }]
})
