/**
 * SOAP `login()` and `logout()`, the oldest way in: up to v64.0, unless the `soapLogin` switch is off.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_login.htm
 */
import { Data, Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Switches } from "../control/switches.ts"
import { type PlainCall, plainRoute } from "../server/rest-route.ts"
import { isPassword } from "./client-check.ts"
import { Directory, type DirectoryUser } from "./directory.ts"
import { escapeMarkup } from "./render.ts"
import { originOf } from "./request-context.ts"
import { type Session, Sessions } from "./sessions.ts"

const LAST_VERSION = 64
const OLDEST_VERSION = 31

class SoapFault extends Data.TaggedError("SoapFault")<{ readonly code: string; readonly text: string }> {}

const fault = (code: string, text: string) => new SoapFault({ code, text })

const envelope = (namespace: string, body: string, status = 200) =>
  HttpServerResponse.text(
    `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="${namespace}" xmlns:sf="urn:fault.${namespace.slice(4)}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
    { status, contentType: "text/xml;charset=UTF-8" }
  )

const textOf = (xml: string, name: string): string | undefined => {
  const found = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</(?:\\w+:)?${name}>`).exec(xml)?.[1]
  return found === undefined ? undefined : unescapeMarkup(found)
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }

const unescapeMarkup = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return codePoint(Number(decimal), whole)
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16), whole)
    return ENTITIES[name] ?? whole
  })

const codePoint = (point: number, whole: string): string =>
  point <= 0x10ffff ? String.fromCodePoint(point) : whole

const login = Effect.fnUntraced(function* (xml: string, version: number) {
  const { values: switches } = yield* Switches
  const directory = yield* Directory
  if (version > LAST_VERSION) {
    return yield* fault(
      "UNSUPPORTED_API_VERSION",
      `SOAP API login() is not available in API version ${LAST_VERSION + 1}.0 and later`
    )
  }
  if (!switches.soapLogin) {
    return yield* fault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org")
  }
  const user = yield* directory.byUsername(textOf(xml, "username") ?? "")
  if (user === undefined || !user.isActive || !isPassword(directory, textOf(xml, "password") ?? "")) {
    return yield* fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
  }
  const session = (yield* Sessions).issue({ userId: user.id, username: user.username, scopes: ["full"] })
  return { user, session }
})

const soapCall = Effect.fnUntraced(function* ({ request, params }: PlainCall) {
  const kind = params.kind?.toLowerCase() === "c" ? "enterprise" : "partner"
  const namespace = `urn:${kind}.soap.sforce.com`
  return yield* answer(request, params.version ?? "", `/services/Soap/${params.kind}`, namespace).pipe(
    Effect.catchTag("SoapFault", ({ code, text }) =>
      Effect.succeed(
        envelope(
          namespace,
          `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: ${escapeMarkup(text)}</faultstring><detail><sf:ApiFault><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${escapeMarkup(text)}</sf:exceptionMessage></sf:ApiFault></detail></soapenv:Fault>`,
          500
        )
      )
    )
  )
})

const answer = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  versionText: string,
  path: string,
  namespace: string
) {
  const directory = yield* Directory
  const version = Number(versionText)
  if (!Number.isFinite(version) || version < OLDEST_VERSION) {
    return yield* fault("UNSUPPORTED_API_VERSION", `Unsupported API version ${versionText}`)
  }
  const xml = yield* request.text.pipe(
    Effect.mapError(() => fault("UNKNOWN_EXCEPTION", "The request has no body"))
  )
  if (/<(\w+:)?logout[\s/>]/.test(xml)) {
    ;(yield* Sessions).expire({ token: textOf(xml, "sessionId") ?? "" })
    return envelope(namespace, "<logoutResponse/>")
  }
  if (!/<(\w+:)?login[\s>]/.test(xml)) {
    return yield* fault("INVALID_OPERATION", "The emulator answers login() and logout() only")
  }
  const found = yield* login(xml, version)
  return envelope(namespace, resultOf(found, `${originOf(request)}${path}/${version.toFixed(1)}`, directory))
})

function resultOf(
  { user, session }: { readonly user: DirectoryUser; readonly session: Session },
  soapUrl: string,
  { orgId, orgName }: Directory["Service"]
): string {
  const serverUrl = `${soapUrl}/${orgId.slice(0, 15)}`
  const element = (name: string, value: string) => `<${name}>${escapeMarkup(value)}</${name}>`
  return `<loginResponse><result>${element("metadataServerUrl", serverUrl.replace(/\/[uc]\//i, "/m/"))}<passwordExpired>false</passwordExpired><sandbox>false</sandbox>${element("serverUrl", serverUrl)}${element("sessionId", session.token)}${element("userId", user.id)}<userInfo>${element("organizationId", orgId)}<organizationMultiCurrency>false</organizationMultiCurrency>${element("organizationName", orgName)}<sessionSecondsValid>7200</sessionSecondsValid>${element("userEmail", user.email)}${element("userFullName", user.name)}${element("userId", user.id)}${element("userLanguage", user.language)}${element("userLocale", user.locale)}${element("userName", user.username)}${element("userTimeZone", user.timeZone)}${element("userType", user.userType)}</userInfo></result></loginResponse>`
}

export const soapRoute = plainRoute("POST", "/services/Soap/:kind/:version", soapCall)
