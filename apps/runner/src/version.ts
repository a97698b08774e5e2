/** The version of this Decant, as its package says. */
import { readFileSync } from "node:fs"
import { Predicate } from "effect"

export const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return Predicate.hasProperty(manifest, "version") ? String(manifest.version) : "unknown"
}
