/** Logs in by any method, with whatever the person must do for it, and tells whose login it is. */
import {
  connectByBrowser,
  connectByDevice,
  loopbackCallback,
  type OpenSession,
  openSession,
  readOrgIdentity
} from "@decant/auth"
import type { Auth } from "@decant/connector"
import { Effect } from "effect"
import type { Screen } from "../terminal/screen.ts"
import { openBrowser } from "./open-browser.ts"

interface LogIn {
  readonly auth: Auth
  readonly of: OpenSession
  readonly screen: Screen
  readonly browser: boolean
}

type AuthOf<Method extends Auth["method"]> = Extract<Auth, { readonly method: Method }>

/** Said also with `--quiet`: without it nobody could go on. */
const askInBrowser = Effect.fnUntraced(function* ({ screen, browser }: LogIn, url: string) {
  const opened = browser && (yield* openBrowser(url, process.env))
  const lead = opened ? "Your browser opens. If it does not, go to:" : "Open this address in a browser:"
  yield* screen.complain(`${lead}\n\n  ${url}\n`)
})

const byBrowser = Effect.fnUntraced(function* (auth: AuthOf<"oauth">, login: LogIn) {
  const waiting = yield* connectByBrowser(auth, login.of)
  yield* login.screen.note(`The app's callback URL must be exactly: ${loopbackCallback}`)
  yield* askInBrowser(login, waiting.authorizeUrl)
  yield* login.screen.note("Waiting for the login in the browser …")
  return yield* waiting.finished
}, Effect.scoped)

const byDevice = Effect.fnUntraced(function* (auth: AuthOf<"device">, login: LogIn) {
  const waiting = yield* connectByDevice(auth, login.of)
  yield* login.screen.complain(`The code to type in: ${waiting.userCode}\n`)
  yield* askInBrowser(login, waiting.verificationUrl)
  yield* login.screen.note("Waiting for the code to be typed and allowed …")
  return yield* waiting.finished
})

const bySecret = Effect.fnUntraced(function* ({ of }: LogIn) {
  const session = yield* openSession(of)
  return yield* readOrgIdentity(yield* session.token, of.source.apiVersion)
})

export const logIn = (login: LogIn) => {
  if (login.auth.method === "oauth") return byBrowser(login.auth, login)
  if (login.auth.method === "device") return byDevice(login.auth, login)
  return bySecret(login)
}
