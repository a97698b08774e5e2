/**
 * What docs/errors.md says about a code: each package lists its own in `src/error-catalogue.ts`, from which the page
 * and the package's set of codes are made. `{name}` in a text stands for what is filled in when it happens.
 */
import type { Disposition } from "./failure.ts"

export interface ErrorEntry {
  readonly code: string
  /** What happened, in one sentence. */
  readonly message: string
  /** Why it happens. */
  readonly meaning: string
  /** What to click or type. */
  readonly fix: string
  /** `soon`: we try again ourselves. `later`: the next run may succeed. `no`: somebody must act. */
  readonly retry: "soon" | "later" | "no"
  readonly disposition: Disposition
}
