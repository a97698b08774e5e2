/** The `decant` command; `bin/decant.mjs` starts it. */
import { runCli } from "./cli.ts"

runCli(process.argv.slice(2))
