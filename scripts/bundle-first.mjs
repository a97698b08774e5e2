/** Vitest's global set-up. Where the bundle fails, the tests start the sources, and those that need them fail. */
import { bundleCommands } from "./bundle.mjs"

export const setup = async () => {
  try {
    await bundleCommands()
  } catch (error) {
    process.stderr.write(`The commands start from their sources, for the bundle failed: ${error.message}\n`)
  }
}
