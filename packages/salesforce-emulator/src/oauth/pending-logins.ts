/** Logins that wait for their user's next click. Their ids are secrets of one page, so a form cannot be forged. */
import { randomBytes } from "node:crypto"
import { Context, Layer } from "effect"
import type { AuthorizeRequest } from "./authorize-request.ts"
import type { DirectoryUser } from "./directory.ts"

const LIFETIME_MS = 30 * 60_000

type Goal =
  | { readonly kind: "authorize"; readonly request: AuthorizeRequest }
  | { readonly kind: "device"; readonly userCode: string }

export interface PendingLogin {
  readonly goal: Goal
  /** Known once they have logged in. */
  readonly user: DirectoryUser | undefined
}

export class PendingLogins extends Context.Service<
  PendingLogins,
  {
    readonly put: (login: PendingLogin) => string
    /** The login of an id; it can be taken once. */
    readonly take: (id: string) => PendingLogin | undefined
    readonly reset: () => void
  }
>()("salesforce-emulator/oauth/PendingLogins") {
  static readonly layer = Layer.sync(PendingLogins, () => {
    const logins = new Map<string, PendingLogin & { readonly since: number }>()
    const sweep = () => {
      const oldest = Date.now() - LIFETIME_MS
      for (const [id, { since }] of logins) {
        if (since >= oldest) break
        logins.delete(id)
      }
    }
    return PendingLogins.of({
      put: (login) => {
        sweep()
        const id = randomBytes(24).toString("base64url")
        logins.set(id, { ...login, since: Date.now() })
        return id
      },
      take: (id) => {
        sweep()
        const login = logins.get(id)
        logins.delete(id)
        return login
      },
      reset: () => logins.clear()
    })
  })
}
