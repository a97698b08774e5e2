/** The `decant` command; `bin/decant.mjs` starts it. */
import { setFlagsFromString } from "node:v8"
import { runCli } from "./cli.ts"

// Result pages pass through buffers outside of the heap. For each 20 MB of them V8 would begin to mark the whole heap
// beside the program; marked at once, and only when that is due, it takes half as often and a quarter less of a download.
setFlagsFromString("--no-incremental-marking")

runCli(process.argv.slice(2))
