/** A failure as a page shows it. The server's own errors carry a message and what to do; the rest is put into words here. */
import { words } from "../words.ts"

export interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string | null
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null)

export const problemOf = (error: unknown): Problem => {
  const { code, message, fix, _tag } = (error ?? {}) as Record<string, unknown>
  const said = text(message)
  if (text(code) !== null && said !== null) return { code: text(code) ?? "", message: said, fix: text(fix) }
  if (text(_tag) === "HttpClientError") return { code: "OFFLINE", ...words.offline }
  return { code: "UNEXPECTED", message: words.unexpected.message, fix: words.unexpected.fix }
}
