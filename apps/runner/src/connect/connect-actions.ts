/** What `decant connect` can do, in one place to load when it is asked for. */
export { layerUndici as http } from "@effect/platform-node/NodeHttpClient"
export { connectOrg } from "./connect-org.ts"
export { makeKey } from "./new-key.ts"
export { endLogin, listLogins, renameLogin } from "./stored-logins.ts"
