/** One connection to a Postgres, opened as the destination opens its own: for those who keep something else there. */
export { type Target, targetOf } from "./connection-url.ts"
export { codeOf } from "./postgres-failure.ts"
export { connectTo } from "./sessions.ts"
