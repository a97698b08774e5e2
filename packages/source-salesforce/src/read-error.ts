/** What reading can fail with: the session's errors pass through unchanged. */
import type { AuthError } from "@decant/auth"
import type { SourceError } from "./source-error.ts"

export type ReadError = SourceError | AuthError
