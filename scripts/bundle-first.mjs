/** Vitest's global set-up. */
export { bundleCommands as setup } from "./bundle.mjs"
