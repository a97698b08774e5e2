/** Plays the person at the emulator's login and consent pages. */
import type { Emulator } from "./emulator.ts"

const hiddenField = (html: string): string => /name="pending" value="([^"]+)"/.exec(html)?.[1] ?? ""

const post = (
  org: Emulator,
  path: string,
  fields: Readonly<Record<string, string>>,
  cookie = ""
): Promise<Response> =>
  fetch(`${org.url}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie },
    body: new URLSearchParams(fields)
  })

const allow = async (org: Emulator, page: Response): Promise<Response> => {
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? ""
  const pending = hiddenField(await page.text())
  return post(org, "/setup/secur/RemoteAccessAuthorizationPage.apexp", { pending, decision: "allow" }, cookie)
}

/** Logs in and presses Allow; the address that the browser is sent to. */
export const answerInBrowser = async (org: Emulator, authorizeUrl: string): Promise<string> => {
  const start = await fetch(authorizeUrl, { redirect: "manual" })
  const sentAway = start.headers.get("location")
  if (sentAway !== null) return sentAway
  const login = await post(org, "/secur/login", {
    pending: hiddenField(await start.text()),
    username: org.username,
    pw: org.password
  })
  return login.headers.get("location") ?? (await allow(org, login)).headers.get("location") ?? ""
}

/** Types a device's code and presses Allow. */
export const confirmDevice = async (org: Emulator, userCode: string): Promise<void> => {
  const consent = await post(org, "/setup/connect", {
    user_code: userCode,
    username: org.username,
    pw: org.password
  })
  const decided = await allow(org, consent)
  if (!decided.ok) throw new Error(`/setup/connect: ${decided.status}`)
}
