/**
 * Refresh tokens. With rotation each is good for one use, and a replayed one kills its whole line; a user keeps at most
 * five per app, and the sixth approval silently ends the oldest.
 */
import { randomBytes, randomUUID } from "node:crypto"
import { Context, Effect, Layer } from "effect"
import { Sessions } from "./sessions.ts"

const APPROVALS_PER_USER_AND_APP = 5

export interface RefreshGrant {
  readonly id: string
  readonly userId: string
  readonly username: string
  readonly clientId: string
  readonly scopes: ReadonlyArray<string>
  readonly createdAt: number
  readonly token: string
  readonly usedAt: number
  /** A refresh with it is under way. */
  readonly busy: boolean
}

type Mutable = { -readonly [Key in keyof RefreshGrant]: RefreshGrant[Key] } & {
  readonly rotated: Set<string>
}

export interface GrantFilter {
  readonly token?: string | undefined
  readonly username?: string | undefined
  readonly clientId?: string | undefined
  readonly id?: string | undefined
}

export class RefreshTokens extends Context.Service<
  RefreshTokens,
  {
    readonly issue: (grant: Pick<RefreshGrant, "userId" | "username" | "clientId" | "scopes">) => RefreshGrant
    /** The grant a token belongs to; `replayed` when the token was rotated away. */
    readonly find: (token: string) => { readonly grant: RefreshGrant; readonly replayed: boolean } | undefined
    /** Marks the grant busy, or says that it already is. */
    readonly begin: (id: string) => boolean
    readonly end: (id: string) => void
    /** Puts a new token in the place of the current one, which is dead from now on. */
    readonly rotate: (id: string) => string
    /** Ends the grants and the sessions made from them, and says how many grants there were. */
    readonly revoke: (filter: GrantFilter) => number
  }
>()("salesforce-emulator/oauth/RefreshTokens") {
  static readonly layer = Layer.effect(
    RefreshTokens,
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const grants = new Map<string, Mutable>()

      const end = (grant: Mutable) => {
        grants.delete(grant.id)
        sessions.expire({ grantId: grant.id })
      }
      const chosen = (filter: GrantFilter) => [...grants.values()].filter((grant) => fits(grant, filter))

      return RefreshTokens.of({
        issue: (grant) => {
          const now = Date.now()
          const issued: Mutable = {
            ...grant,
            id: randomUUID(),
            createdAt: now,
            usedAt: now,
            token: newToken(),
            busy: false,
            rotated: new Set()
          }
          grants.set(issued.id, issued)
          const siblings = chosen({ username: grant.username, clientId: grant.clientId })
          for (const oldest of siblings.slice(0, -APPROVALS_PER_USER_AND_APP)) end(oldest)
          return { ...issued }
        },
        find: (token) => {
          for (const grant of grants.values()) {
            if (grant.token === token) return { grant, replayed: false }
            if (grant.rotated.has(token)) return { grant, replayed: true }
          }
          return undefined
        },
        begin: (id) => {
          const grant = grants.get(id)
          if (grant === undefined || grant.busy) return false
          grant.busy = true
          return true
        },
        end: (id) => {
          const grant = grants.get(id)
          if (grant === undefined) return
          grant.busy = false
          grant.usedAt = Date.now()
        },
        rotate: (id) => {
          const token = newToken()
          const grant = grants.get(id)
          if (grant !== undefined) {
            grant.rotated.add(grant.token)
            grant.token = token
          }
          return token
        },
        revoke: (filter) => {
          const gone = chosen(filter)
          for (const grant of gone) end(grant)
          return gone.length
        }
      })
    })
  )
}

const newToken = (): string => `5Aep861${randomBytes(57).toString("base64url").replaceAll("-", ".")}`

function fits(grant: Mutable, filter: GrantFilter): boolean {
  return (
    (filter.id === undefined || grant.id === filter.id) &&
    (filter.token === undefined || grant.token === filter.token) &&
    (filter.username === undefined || grant.username.toLowerCase() === filter.username.toLowerCase()) &&
    (filter.clientId === undefined || grant.clientId === filter.clientId)
  )
}
