/** Which user has approved which app, with which scopes: what a consent page leaves behind. */
import { Context, Layer } from "effect"

export class Approvals extends Context.Service<
  Approvals,
  {
    readonly approve: (userId: string, clientId: string, scopes: ReadonlyArray<string>) => void
    /** The scopes approved, or undefined when the user has not approved the app. */
    readonly scopesOf: (userId: string, clientId: string) => ReadonlyArray<string> | undefined
    readonly forget: (filter: { readonly userId?: string; readonly clientId?: string }) => void
  }
>()("salesforce-emulator/oauth/Approvals") {
  static readonly layer = Layer.sync(Approvals, () => {
    const approvals = new Map<string, Approval>()
    const keyOf = (userId: string, clientId: string) => `${userId} ${clientId}`
    return Approvals.of({
      approve: (userId, clientId, scopes) => {
        const key = keyOf(userId, clientId)
        const earlier = approvals.get(key)?.scopes ?? []
        approvals.set(key, { userId, clientId, scopes: [...new Set([...earlier, ...scopes])] })
      },
      scopesOf: (userId, clientId) => approvals.get(keyOf(userId, clientId))?.scopes,
      forget: (filter) => {
        for (const [key, approval] of approvals) {
          const isUser = filter.userId === undefined || filter.userId === approval.userId
          const isApp = filter.clientId === undefined || filter.clientId === approval.clientId
          if (isUser && isApp) approvals.delete(key)
        }
      }
    })
  })
}

interface Approval {
  readonly userId: string
  readonly clientId: string
  readonly scopes: ReadonlyArray<string>
}
