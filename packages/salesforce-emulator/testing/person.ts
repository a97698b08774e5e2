/** Plays the person at the emulator's login, consent and device pages. */
import type { EmulatorProcess } from "./emulator-process.ts"

type Org = Pick<EmulatorProcess, "url" | "username" | "password">

const hiddenField = (html: string): string => /name="pending" value="([^"]+)"/.exec(html)?.[1] ?? ""

const post = (
  org: Org,
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

type Decision = "allow" | "deny"

const decide = async (org: Org, page: Response, decision: Decision): Promise<Response> => {
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? ""
  const pending = hiddenField(await page.text())
  return post(org, "/setup/secur/RemoteAccessAuthorizationPage.apexp", { pending, decision }, cookie)
}

/** Logs in and presses Allow or Deny; the address that the browser is sent to. */
export const answerInBrowser = async (
  org: Org,
  authorizeUrl: string,
  decision: Decision = "allow"
): Promise<string> => {
  const start = await fetch(authorizeUrl, { redirect: "manual" })
  const sentAway = start.headers.get("location")
  if (sentAway !== null) return sentAway
  const login = await post(org, "/secur/login", {
    pending: hiddenField(await start.text()),
    username: org.username,
    pw: org.password
  })
  return login.headers.get("location") ?? (await decide(org, login, decision)).headers.get("location") ?? ""
}

/** Types a device's code and presses Allow or Deny. */
export const confirmDevice = async (
  org: Org,
  userCode: string,
  decision: Decision = "allow"
): Promise<void> => {
  const consent = await post(org, "/setup/connect", {
    user_code: userCode,
    username: org.username,
    pw: org.password
  })
  const decided = await decide(org, consent, decision)
  if (!decided.ok) throw new Error(`/setup/connect: ${decided.status}`)
}
