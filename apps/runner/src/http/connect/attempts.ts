/**
 * Logins that a person is at in the browser, between the redirect to Salesforce and the way back. Each belongs to
 * the browser that began it: a cookie of its own comes back with the callback, as the session's would not.
 */
import { randomBytes } from "node:crypto"
import type { Attempt, FailureInfo } from "@decant/api"
import type { OpenedLogin } from "@decant/auth"
import { Clock, Context, Effect, Layer } from "effect"
import { type Draft, dropDraft } from "./draft-connection.ts"

export interface WaitingAttempt {
  readonly shown: Omit<Attempt, "state" | "connection" | "error">
  readonly draft: Draft
  readonly login: OpenedLogin
  /** The value of the cookie. */
  readonly browser: string
}

type Ended = { readonly connection: string } | { readonly error: FailureInfo }

interface Kept {
  readonly waiting: WaitingAttempt
  readonly since: number
  ended: Ended | null
  /** A code may be used once. */
  taken: boolean
}

const patienceMillis = 10 * 60_000
const keptAtMost = 50

export const attemptCookie = "decant-login"

export class Attempts extends Context.Service<
  Attempts,
  {
    readonly add: (attempt: Omit<WaitingAttempt, "browser">) => Effect.Effect<WaitingAttempt>
    /** The one that a callback belongs to, once. */
    readonly take: (answer: URLSearchParams, browser: string) => Effect.Effect<WaitingAttempt | null>
    readonly end: (id: string, ended: Ended) => Effect.Effect<void>
    readonly get: (id: string) => Effect.Effect<Attempt | null>
  }
>()("http/Attempts") {
  static readonly layer = Layer.sync(Attempts, () => {
    const all = new Map<string, Kept>()
    const isLate = ({ since }: Kept, now: number): boolean => since < now - patienceMillis
    const drop = Effect.fnUntraced(function* (now: number) {
      for (const [id, kept] of all) {
        if (!isLate(kept, now) && all.size <= keptAtMost) continue
        all.delete(id)
        if (kept.ended === null && !kept.taken) yield* dropDraft(kept.waiting.draft)
      }
    })
    return Attempts.of({
      add: Effect.fnUntraced(function* (attempt) {
        const now = yield* Clock.currentTimeMillis
        yield* drop(now)
        const waiting = { ...attempt, browser: randomBytes(24).toString("base64url") }
        all.set(attempt.shown.id, { waiting, since: now, ended: null, taken: false })
        return waiting
      }),
      take: (answer, browser) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const found = [...all.values()].find(
            (kept) =>
              !kept.taken &&
              !isLate(kept, now) &&
              kept.waiting.browser === browser &&
              kept.waiting.login.accepts(answer)
          )
          if (found === undefined) return null
          found.taken = true
          return found.waiting
        }),
      end: (id, ended) =>
        Effect.sync(() => {
          const kept = all.get(id)
          if (kept !== undefined) kept.ended = ended
        }),
      get: (id) =>
        Effect.sync(() => {
          const kept = all.get(id)
          if (kept === undefined) return null
          const { ended, waiting } = kept
          const state = ended === null ? "waiting" : "connection" in ended ? "connected" : "failed"
          return {
            ...waiting.shown,
            state,
            connection: ended !== null && "connection" in ended ? ended.connection : null,
            error: ended !== null && "error" in ended ? ended.error : null
          }
        })
    })
  })
}

export const newAttemptId = (): string => randomBytes(9).toString("base64url")
