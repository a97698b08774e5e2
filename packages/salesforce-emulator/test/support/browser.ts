/** A browser as far as OAuth needs one: it fills forms, keeps cookies and stops at the app's callback. */
import { Effect } from "effect"
import { type Answer, EmulatedOrg } from "./emulated-org.ts"

export interface Visit {
  /** Where the browser ended: a page of the org, or the callback that it was sent to. */
  readonly page: Answer
  readonly callback: URL | undefined
}

export const makeBrowser = Effect.gen(function* () {
  const { bare, url, username, password } = yield* EmulatedOrg
  let cookie = ""

  const open = (path: string, init: RequestInit = {}): Effect.Effect<Visit> =>
    Effect.gen(function* () {
      const page = yield* bare(path, { ...init, headers: { cookie, ...init.headers } })
      const set = page.headers.get("set-cookie")
      if (set !== null) cookie = set.split(";")[0] ?? ""
      const location = page.headers.get("location")
      if (location === null) return { page, callback: undefined }
      const target = new URL(location, url)
      if (target.origin !== url) return { page, callback: target }
      return yield* open(target.pathname + target.search)
    })

  /** Sends the page's first form with its hidden fields and the given ones. */
  const submit = (page: Answer, fields: Readonly<Record<string, string>>) => {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] ?? ""
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const form = new URLSearchParams(fields)
    for (const [, name = "", value = ""] of hidden) form.set(name, value)
    return open(action, { method: "POST", body: form })
  }

  /** Opens the authorize URL, logs in where asked and answers the consent page. */
  const authorize = (
    params: Readonly<Record<string, string>>,
    options: { readonly decision?: "allow" | "deny"; readonly username?: string; readonly pw?: string } = {}
  ) =>
    Effect.gen(function* () {
      let visit = yield* open(`/services/oauth2/authorize?${new URLSearchParams(params)}`)
      if (visit.page.text.includes('id="login_form"')) {
        visit = yield* submit(visit.page, {
          username: options.username ?? username,
          pw: options.pw ?? password
        })
      }
      if (visit.page.text.includes('id="consent_form"')) {
        visit = yield* submit(visit.page, { decision: options.decision ?? "allow" })
      }
      return visit
    })

  return { open, submit, authorize }
})
