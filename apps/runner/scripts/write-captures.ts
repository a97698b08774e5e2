/** Writes docs/captures/*.svg from real runs: `npm run captures --workspace apps/runner`. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startEmulator } from "../test/support/emulator.ts"
import { capture } from "./captures.ts"
import { terminalSvg } from "./terminal-svg.ts"

const folder = join(import.meta.dirname, "../../../docs/captures")
const org = await startEmulator("--dataset", "demo")
try {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of await capture(org)) writeFileSync(join(folder, `${name}.svg`), terminalSvg(text))
} finally {
  await org.stop()
}
