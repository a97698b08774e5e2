/** Answers of the OAuth endpoints as JSON, XML or a form, whichever the client asks for. */
import { HttpServerResponse } from "effect/http"
import type { OAuthError } from "./oauth-error.ts"

type Body = Readonly<Record<string, string | number | boolean>>

const NO_STORE = { "cache-control": "no-store", pragma: "no-cache" }

/** `format` of the request wins over its Accept header. */
export function render(body: Body, status: number, format: string | undefined, accept: string | undefined) {
  const kind =
    format ?? (accept?.startsWith("application/xml") ? "xml" : formOnly(accept) ? "urlencoded" : "json")
  if (kind === "xml") {
    return HttpServerResponse.text(xmlOf(body), {
      status,
      headers: NO_STORE,
      contentType: "application/xml;charset=UTF-8"
    })
  }
  if (kind === "urlencoded") {
    const form = new URLSearchParams(
      Object.entries(body).map(([key, value]): [string, string] => [key, String(value)])
    )
    return HttpServerResponse.text(form.toString(), {
      status,
      headers: NO_STORE,
      contentType: "application/x-www-form-urlencoded;charset=UTF-8"
    })
  }
  return HttpServerResponse.text(JSON.stringify(body), {
    status,
    headers: NO_STORE,
    contentType: "application/json;charset=UTF-8"
  })
}

const formOnly = (accept: string | undefined): boolean => accept === "application/x-www-form-urlencoded"

const xmlOf = (body: Body): string =>
  `<?xml version="1.0" encoding="UTF-8"?><OAuth>${Object.entries(body)
    .map(([key, value]) => `<${key}>${escapeMarkup(String(value))}</${key}>`)
    .join("")}</OAuth>`

export const escapeMarkup = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

export function renderError(
  error: OAuthError,
  format: string | undefined,
  accept: string | undefined,
  clientStatus = 400
) {
  const body = { error: error.error, error_description: error.description }
  return render(body, error.error === "invalid_client" ? clientStatus : 400, format, accept)
}
