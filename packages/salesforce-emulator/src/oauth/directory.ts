/** Who may log in: the org and its users, as OAuth needs to know them. The org's own store stands behind it. */
import { Context, type Effect } from "effect"

export interface DirectoryUser {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string
  readonly name: string
  readonly alias: string | null
  readonly isActive: boolean
  readonly userType: string
  /** Integration users cannot log in with a browser. */
  readonly isApiOnly: boolean
  readonly timeZone: string
  readonly locale: string
  readonly language: string
  readonly lastModified: string
}

export class Directory extends Context.Service<
  Directory,
  {
    /** 18 characters. */
    readonly orgId: string
    readonly orgName: string
    /** The username the ready line names; the demo apps run as it. */
    readonly adminUsername: string
    /** The one password of every user of the emulator. */
    readonly password: string
    /** May follow the password, as Salesforce asks of logins from unknown addresses. */
    readonly securityToken: string
    readonly byUsername: (username: string) => Effect.Effect<DirectoryUser | undefined>
    readonly byId: (id: string) => Effect.Effect<DirectoryUser | undefined>
  }
>()("salesforce-emulator/oauth/Directory") {}
