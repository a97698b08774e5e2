/** Whether an org is a sandbox: what the org says, against what the spec's address lets one expect. */
import type { SalesforceSource } from "@decant/connector"
import { AuthError } from "./auth-error.ts"
import { isSandboxHost } from "./login-host.ts"

export const environmentName = (isSandbox: boolean): "sandbox" | "production" =>
  isSandbox ? "sandbox" : "production"

const salesforceHost = /\.salesforce\.com$/

/** Null where the address tells nothing, e.g. that of a local org. */
const expectsSandbox = (environment: SalesforceSource["environment"]): boolean | null => {
  if (environment === "production") return false
  if (environment === "sandbox") return true
  const { hostname } = new URL(environment)
  return salesforceHost.test(hostname) ? isSandboxHost(hostname) : null
}

/** What to warn about when the org is not of the kind that the spec names; null when it is. */
export const environmentDoubt = (
  environment: SalesforceSource["environment"],
  isSandbox: boolean
): AuthError | null => {
  const expected = expectsSandbox(environment)
  return expected === null || expected === isSandbox
    ? null
    : AuthError.because("AUTH_ENVIRONMENT_MISMATCH", {
        host: environment,
        suggestion: environmentName(expected),
        detail: environmentName(isSandbox)
      })
}
