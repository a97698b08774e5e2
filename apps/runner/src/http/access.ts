/**
 * Who may use the API: whoever has the token that this start printed, or the password. Either is exchanged for a
 * session, of which the browser keeps a random id in an HttpOnly cookie and the server only its digest.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { SignInNeeded, TooMany } from "@decant/api"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import type { HttpServerRequest } from "effect/http"
import { signInNeeded, tooMany } from "./answer.ts"

/** What `decant serve` was started with. */
export interface Entry {
  readonly by: "token" | "password"
  readonly secret: Redacted.Redacted<string>
}

/** A password where one is set, else a token of this start. */
export const entryOf = (password: string | undefined): Entry =>
  password
    ? { by: "password", secret: Redacted.make(password, { label: "password" }) }
    : { by: "token", secret: Redacted.make(randomBytes(24).toString("base64url"), { label: "token" }) }

/** What to open in a browser. */
export const signInUrlOf = (publicUrl: string, { by, secret }: Entry): string =>
  by === "token" ? `${publicUrl}/?token=${Redacted.value(secret)}` : publicUrl

const idleMillis = 12 * 3_600_000
const sessionsAtMost = 1_000
const minuteMillis = 60_000
const triesPerAddress = 5
/** Of all addresses together: behind a proxy, or by many machines. */
const triesInAll = 30

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

export class Access extends Context.Service<
  Access,
  {
    readonly by: Entry["by"]
    /** The id of a new session. */
    readonly signIn: (given: string, address: string) => Effect.Effect<string, SignInNeeded | TooMany>
    readonly signOut: (session: string) => Effect.Effect<void>
    /** By its cookie, or by the token or password as bearer. */
    readonly isSignedIn: (
      request: HttpServerRequest.HttpServerRequest,
      cookie: string
    ) => Effect.Effect<boolean, TooMany>
  }
>()("http/Access") {}

/** Failed tries of the last minute, by address. */
const makeTries = () => {
  const failed: Array<{ readonly at: number; readonly address: string }> = []
  return {
    isOver: (now: number, address: string): boolean => {
      while (failed[0] !== undefined && failed[0].at < now - minuteMillis) failed.shift()
      return (
        failed.length >= triesInAll ||
        failed.filter((one) => one.address === address).length >= triesPerAddress
      )
    },
    add: (at: number, address: string): void => void failed.push({ at, address })
  }
}

const bearer = /^Bearer +(.+)$/i

export const layerAccess = (entry: Entry): Layer.Layer<Access> =>
  Layer.sync(Access, () => {
    const wanted = digest(Redacted.value(entry.secret))
    /** Digest of the id → when it was last used. */
    const sessions = new Map<string, number>()
    const tries = makeTries()
    const nameOf = (session: string): string => digest(session).toString("base64")

    const isRight = (given: string, address: string): Effect.Effect<boolean, TooMany> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (tries.isOver(now, address)) return Effect.fail(tooMany())
        const right = timingSafeEqual(digest(given), wanted)
        if (!right) tries.add(now, address)
        return Effect.succeed(right)
      })

    const signIn = Effect.fnUntraced(function* (given: string, address: string) {
      if (!(yield* isRight(given, address))) return yield* signInNeeded("SIGN_IN_REFUSED")
      const now = yield* Clock.currentTimeMillis
      for (const [name, used] of sessions) if (used < now - idleMillis) sessions.delete(name)
      const [oldest] = sessions.keys()
      if (oldest !== undefined && sessions.size >= sessionsAtMost) sessions.delete(oldest)
      const session = randomBytes(32).toString("base64url")
      sessions.set(nameOf(session), now)
      return session
    })

    const hasSession = (session: string, now: number): boolean => {
      const name = nameOf(session)
      const used = sessions.get(name)
      if (used === undefined || used < now - idleMillis) return false
      sessions.set(name, now)
      return true
    }

    return Access.of({
      by: entry.by,
      signIn,
      signOut: (session) => Effect.sync(() => void sessions.delete(nameOf(session))),
      isSignedIn: Effect.fnUntraced(function* (request, cookie) {
        const [, given] = bearer.exec(request.headers.authorization ?? "") ?? []
        if (given !== undefined) return yield* isRight(given, addressOf(request))
        const session = request.cookies[cookie]
        return session !== undefined && hasSession(session, yield* Clock.currentTimeMillis)
      })
    })
  })

/** Not what a header says: anybody can write one. */
export const addressOf = (request: HttpServerRequest.HttpServerRequest): string =>
  request.remoteAddress._tag === "Some" ? request.remoteAddress.value : ""
