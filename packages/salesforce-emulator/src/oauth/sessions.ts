/**
 * Access tokens. Salesforce's are session ids, `<15-character org id>!<opaque>`, that live as long as they are used.
 */
import { randomBytes } from "node:crypto"
import { Context, Effect, Layer } from "effect"
import { Switches } from "../control/switches.ts"
import { Directory } from "./directory.ts"

export interface Session {
  readonly token: string
  readonly userId: string
  readonly username: string
  /** The app it was made for; undefined for SOAP logins and the ready line's own token. */
  readonly clientId: string | undefined
  readonly scopes: ReadonlyArray<string>
  /** The refresh token it hangs on: it dies with it. */
  readonly grantId: string | undefined
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface NewSession {
  readonly userId: string
  readonly username: string
  readonly clientId?: string | undefined
  readonly scopes: ReadonlyArray<string>
  readonly grantId?: string | undefined
}

/** Which sessions a control call means; every key narrows it. */
export interface SessionFilter {
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly clientId?: string | undefined
  readonly grantId?: string | undefined
}

export class Sessions extends Context.Service<
  Sessions,
  {
    readonly issue: (session: NewSession) => Session
    /** The live session of a token, without counting a call. */
    readonly peek: (token: string) => Session | undefined
    /** The live session of a token; counts one call against sessions that end after so many. */
    readonly verify: (token: string) => Session | undefined
    /** Ends the sessions at once and says how many there were. */
    readonly expire: (filter: SessionFilter) => number
    /** Lets the sessions answer so many calls more. */
    readonly expireAfter: (filter: SessionFilter, calls: number) => number
  }
>()("salesforce-emulator/oauth/Sessions") {
  static readonly layer = Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const { orgId } = yield* Directory
      const { values: switches } = yield* Switches
      const sessions = new Map<string, Held>()
      const lifetime = () => switches.sessionMinutes * 60_000

      const live = (token: string): Held | undefined => {
        const held = sessions.get(token)
        if (held === undefined) return undefined
        if (held.expiresAt > Date.now() && held.callsLeft > 0) return held
        sessions.delete(token)
        return undefined
      }
      const chosen = (filter: SessionFilter) => [...sessions.values()].filter((held) => fits(held, filter))

      return Sessions.of({
        issue: (session) => {
          const now = Date.now()
          const held: Held = {
            token: `${orgId.slice(0, 15)}!AQ${randomBytes(66).toString("base64url").replaceAll("-", ".")}`,
            userId: session.userId,
            username: session.username,
            clientId: session.clientId,
            scopes: session.scopes,
            grantId: session.grantId,
            issuedAt: now,
            expiresAt: now + lifetime(),
            callsLeft: switches.sessionCalls > 0 ? switches.sessionCalls : Number.POSITIVE_INFINITY
          }
          sessions.set(held.token, held)
          return held
        },
        peek: live,
        verify: (token) => {
          const held = live(token)
          if (held === undefined) return undefined
          held.callsLeft -= 1
          held.expiresAt = Date.now() + lifetime()
          return held
        },
        expire: (filter) => {
          const gone = chosen(filter)
          for (const held of gone) sessions.delete(held.token)
          return gone.length
        },
        expireAfter: (filter, calls) => {
          const held = chosen(filter)
          for (const session of held) session.callsLeft = calls
          return held.length
        }
      })
    })
  )
}

interface Held extends Session {
  expiresAt: number
  callsLeft: number
}

function fits(session: Session, filter: SessionFilter): boolean {
  return (
    (filter.token === undefined || session.token === filter.token) &&
    (filter.username === undefined || session.username.toLowerCase() === filter.username.toLowerCase()) &&
    (filter.clientId === undefined || session.clientId === filter.clientId) &&
    (filter.grantId === undefined || session.grantId === filter.grantId)
  )
}
