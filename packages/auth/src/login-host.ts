/**
 * Which host a login goes to, and which hosts may see a token.
 * https://help.salesforce.com/s/articleView?id=xcloud.domain_name_url_format_changes.htm
 */
import type { SalesforceSource } from "@decant/connector"
import { AuthError } from "./auth-error.ts"

const production = "https://login.salesforce.com"
const sandbox = "https://test.salesforce.com"

const salesforceDomains = ["salesforce.com", "force.com", "salesforce.mil", "sfcrmproducts.cn"]
const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"])

const isLoopback = (url: URL): boolean => loopbackHosts.has(url.hostname)

const isSalesforce = (url: URL): boolean =>
  url.protocol === "https:" && salesforceDomains.some((domain) => url.hostname.endsWith(`.${domain}`))

const parse = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null)

/** The origin to log in at. Fails for a host that serves browsers only. */
export const loginHost = (environment: SalesforceSource["environment"]): string | AuthError => {
  if (environment === "production") return production
  if (environment === "sandbox") return sandbox
  const { origin, hostname } = new URL(environment)
  const browserHost = /^(.+?)(\.my)?\.(?:lightning\.force|salesforce-setup)\.com$/.exec(hostname)
  if (browserHost === null) return origin
  return AuthError.because("AUTH_HOST_NOT_API", {
    host: origin,
    suggestion: `https://${browserHost[1]}.my.salesforce.com`
  })
}

/** True where one host serves many orgs, so that it cannot know which one is meant. */
export const isSharedHost = (origin: string): boolean => origin === production || origin === sandbox

/** Sandboxes and scratch orgs by the look of their address. */
export const isSandboxHost = (hostname: string): boolean => /\.(sandbox|scratch)\.my\.|--/.test(hostname)

/**
 * The audiences to sign for, in the order to try them. A login host knows its own; for a My Domain some orgs
 * want its URL and others the login host's.
 */
export const audiencesOf = (given: string | undefined, login: string): ReadonlyArray<string> => {
  if (given !== undefined) return [given]
  if (isSharedHost(login)) return [login]
  const { hostname } = new URL(login)
  return [login, isSandboxHost(hostname) ? sandbox : production]
}

/** The origin of a URL that came with a token, or null when the token must not go there. */
export const trustedOrigin = (text: string, login: string): string | null => {
  const url = parse(text)
  const configured = new URL(login)
  if (url === null || url.username !== "" || url.password !== "") return null
  if (isSalesforce(url)) return url.origin
  if (url.protocol === configured.protocol && url.hostname === configured.hostname) return url.origin
  return isLoopback(url) && isLoopback(configured) ? url.origin : null
}
