/** Authorization codes: good once, for 15 minutes, for one app and one callback. */
import { randomBytes } from "node:crypto"
import { Context, Layer } from "effect"

const LIFETIME_MS = 15 * 60_000

export interface NewCode {
  readonly clientId: string
  readonly userId: string
  readonly username: string
  readonly redirectUri: string
  readonly scopes: ReadonlyArray<string>
  readonly challenge: string | undefined
  readonly nonce: string | undefined
}

export interface Code extends NewCode {
  readonly code: string
  readonly spent: boolean
}

export class Codes extends Context.Service<
  Codes,
  {
    readonly issue: (code: NewCode) => string
    /** The code, `spent` when it was used or has expired. */
    readonly find: (code: string) => Code | undefined
    readonly spend: (code: string) => void
    readonly reset: () => void
  }
>()("salesforce-emulator/oauth/Codes") {
  static readonly layer = Layer.sync(Codes, () => {
    const codes = new Map<string, Code & { spent: boolean; readonly issuedAt: number }>()
    return Codes.of({
      issue: (code) => {
        const text = `aPrx${randomBytes(58).toString("base64url").replaceAll("-", ".")}==`
        codes.set(text, { ...code, code: text, spent: false, issuedAt: Date.now() })
        return text
      },
      find: (text) => {
        const code = codes.get(text)
        return code === undefined
          ? undefined
          : { ...code, spent: code.spent || Date.now() - code.issuedAt > LIFETIME_MS }
      },
      spend: (text) => {
        const code = codes.get(text)
        if (code !== undefined) code.spent = true
      },
      reset: () => codes.clear()
    })
  })
}
