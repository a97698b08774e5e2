/** What the dialog asks for each way to connect, and the request that is made of it. */
import type {
  Attempt,
  ClientCredentialsRequest,
  Connection,
  ConnectOptions,
  JwtRequest,
  OAuthRequest
} from "@decant/api"
import { words } from "../../words.ts"

const text = words.connect

export type Way = ConnectOptions["methods"][number]["id"]
type Place = "production" | "sandbox" | "domain"

export interface ConnectForm {
  readonly way: Way
  readonly place: Place
  readonly domain: string
  readonly title: string
  readonly clientId: string
  readonly clientSecret: string
  readonly username: string
  readonly privateKey: string
  readonly passphrase: string
}

export type FormKey = keyof ConnectForm

const blank: ConnectForm = {
  way: "quick",
  place: "production",
  domain: "",
  title: "",
  clientId: "",
  clientSecret: "",
  username: "",
  privateKey: "",
  passphrase: ""
}

const placeOf = (environment: string | null): Pick<ConnectForm, "place" | "domain"> =>
  environment === null || environment === "production"
    ? { place: "production", domain: "" }
    : environment === "sandbox"
      ? { place: "sandbox", domain: "" }
      : { place: "domain", domain: environment }

const wayOf = ({ method }: Connection, options: ConnectOptions): Way => {
  const known = options.methods.find((way) => way.method === method && way.id !== "quick")
  if (method === "oauth" && options.quickConnect) return "quick"
  return known?.id ?? (options.quickConnect ? "quick" : "own-app")
}

export const firstForm = (of: {
  readonly options: ConnectOptions
  readonly reconnect: Connection | null
  readonly failed: Attempt | null
}): ConnectForm => {
  const { options, reconnect, failed } = of
  if (failed !== null) {
    const way: Way = failed.app === "quick" ? "quick" : "own-app"
    const title = failed.title ?? ""
    return { ...blank, ...placeOf(failed.environment), way, title, clientId: failed.clientId ?? "" }
  }
  if (reconnect !== null) {
    return { ...blank, ...placeOf(reconnect.environment), way: wayOf(reconnect, options) }
  }
  return { ...blank, way: options.quickConnect ? "quick" : "own-app" }
}

/** Salesforce gives tokens for client credentials at the org's own address only. */
export const withWay = (form: ConnectForm, way: Way): ConnectForm =>
  way === "client-credentials" ? { ...form, way, place: "domain" } : { ...form, way }

const needs: Readonly<Record<Way, ReadonlyArray<readonly [FormKey, string]>>> = {
  quick: [],
  "own-app": [["clientId", text.clientId]],
  "client-credentials": [
    ["clientId", text.clientId],
    ["clientSecret", text.clientSecret]
  ],
  "jwt-bearer": [
    ["clientId", text.clientId],
    ["username", text.username],
    ["privateKey", text.privateKey]
  ]
}

/** What is missing, by the field that lacks it. */
export const mistakesOf = (form: ConnectForm): Partial<Record<FormKey, string>> => {
  const missing = needs[form.way]
    .filter(([key]) => form[key].trim() === "")
    .map(([key, label]) => [key, text.needed(label.toLowerCase())])
  const domain = form.place === "domain" && form.domain.trim() === "" ? { domain: text.myDomainNeeded } : {}
  return { ...Object.fromEntries(missing), ...domain }
}

export type ConnectRequest =
  | { readonly kind: "oauth"; readonly payload: OAuthRequest }
  | { readonly kind: "jwt"; readonly payload: JwtRequest }
  | { readonly kind: "clientCredentials"; readonly payload: ClientCredentialsRequest }

/** People copy the address of their browser's window without its scheme. */
const withScheme = (domain: string): string =>
  /^https?:\/\//i.test(domain.trim()) ? domain.trim() : `https://${domain.trim()}`

export const requestOf = (form: ConnectForm, reconnect: string | null): ConnectRequest => {
  const where = {
    environment: form.place === "domain" ? withScheme(form.domain) : form.place,
    ...(reconnect === null ? {} : { reconnect }),
    ...(reconnect !== null || form.title.trim() === "" ? {} : { title: form.title.trim() })
  }
  const clientId = form.clientId.trim()
  const clientSecret = form.clientSecret.trim()
  switch (form.way) {
    case "quick":
      return { kind: "oauth", payload: { ...where, app: { kind: "quick" } } }
    case "own-app": {
      const secret = clientSecret === "" ? {} : { clientSecret }
      return { kind: "oauth", payload: { ...where, app: { kind: "own", clientId, ...secret } } }
    }
    case "client-credentials":
      return { kind: "clientCredentials", payload: { ...where, clientId, clientSecret } }
    case "jwt-bearer": {
      const passphrase = form.passphrase === "" ? {} : { passphrase: form.passphrase }
      const { username, privateKey } = form
      const key = { clientId, username: username.trim(), privateKey: privateKey.trim(), ...passphrase }
      return { kind: "jwt", payload: { ...where, ...key } }
    }
  }
}
