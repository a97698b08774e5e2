/** The bearer check that `restRoute` makes. It is the one place where routes meet OAuth. */
export { bearer as authorise } from "../oauth/bearer.ts"
export type { Session as Caller } from "../oauth/sessions.ts"
