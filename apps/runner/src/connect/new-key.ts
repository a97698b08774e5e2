/** `decant connect --generate-key`: a key pair for `jwt-bearer`, and where each half of it belongs. */
import { relative } from "node:path"
import { generateKey } from "@decant/auth"
import { Effect } from "effect"
import type { Screen } from "../terminal/screen.ts"

const validDays = 730

const beside = (folder: string, file: string): string => `./${relative(folder, file)}`

export const makeKey = Effect.fnUntraced(function* (of: {
  readonly folder: string
  readonly name: string
  readonly screen: Screen
}) {
  const { folder, name, screen } = of
  const made = yield* generateKey({ folder, name, days: validDays })
  const expires = made.expires.toISOString().slice(0, 10)
  if (screen.json) {
    const { keyFile, certificateFile } = made
    return yield* screen.answer(JSON.stringify({ keyFile, certificateFile, expires }))
  }
  yield* screen.answer(
    [
      `Private key:  ${made.keyFile} (only you may read it; keep it out of version control)`,
      `Certificate:  ${made.certificateFile} (good until ${expires})`,
      "",
      "In Salesforce: Setup → External Client App Manager → the app → Settings → OAuth Settings → Flow",
      "Enablement → Enable JWT Bearer Flow → upload the certificate. Never upload the key.",
      "`decant setup-org` puts the certificate into the app that it writes.",
      "",
      "In the spec:",
      "  auth:",
      "    method: jwt-bearer",
      "    clientId: ${SALESFORCE_CLIENT_ID}",
      "    username: the.user@example.com",
      `    privateKey: { file: ${beside(folder, made.keyFile)} }`
    ].join("\n")
  )
})
