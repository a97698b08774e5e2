/** What a person does at the login and consent pages, with fetch: fills in the form and follows the redirects. */
import type { EmulatedOrg } from "./emulated-org.ts"

interface Form {
  readonly action: string
  readonly fields: URLSearchParams
}

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(tag)
  return (value?.[1] ?? value?.[2])
    ?.replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
}

/** The first form of a page with its fields as they stand; of its buttons the first, which agrees. */
const firstForm = (html: string, page: URL): Form | undefined => {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0]
  if (form === undefined) return undefined
  const fields = new URLSearchParams()
  let pressed = false
  for (const [tag] of form.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
    const name = attribute(tag, "name")
    const isButton = /^<button/i.test(tag) || attribute(tag, "type") === "submit"
    if (name === undefined || (isButton && pressed)) continue
    if (isButton) pressed = true
    fields.append(name, attribute(tag, "value") ?? "")
  }
  return { action: new URL(attribute(form, "action") ?? page.href, page).href, fields }
}

const fillIn = ({ fields }: Form, { username, password }: EmulatedOrg): void => {
  for (const name of fields.keys()) {
    if (/^(un|username|user|login)$/i.test(name)) fields.set(name, username)
    if (/^(pw|password|pass)$/i.test(name)) fields.set(name, password)
  }
}

const mostSteps = 10

/**
 * Walks from an authorize URL until it is sent to an address that begins with `callback`. Where nobody listens there,
 * `arrive` takes the address instead; otherwise the answer of who does is returned.
 */
export const completeLogin = async (
  start: string,
  org: EmulatedOrg,
  callback: string,
  arrive?: (url: URL) => void
): Promise<Response> => {
  const cookies = new Map<string, string>()
  let [url, form]: [string, Form | undefined] = [start, undefined]
  for (let step = 0; step < mostSteps; step++) {
    const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }
    const response = await fetch(url, {
      redirect: "manual",
      headers,
      ...(form === undefined ? {} : { method: "POST", body: form.fields })
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=", 2)
      cookies.set(name, value)
    }
    const location = response.headers.get("location")
    if (location !== null) {
      url = new URL(location, url).href
      if (arrive !== undefined && url.startsWith(callback)) {
        arrive(new URL(url))
        return response
      }
      form = undefined
      continue
    }
    if (url.startsWith(callback)) return response
    const html = await response.text()
    form = firstForm(html, new URL(url))
    if (form === undefined) throw new Error(`no form at ${url} (${response.status}):\n${html}`)
    fillIn(form, org)
    url = form.action
  }
  throw new Error(`still not logged in after ${mostSteps} steps: ${url}`)
}
