#!/usr/bin/env node
/** Starts the bundled command; in a checkout whose sources have changed since, the sources. */
import { existsSync, statSync } from "node:fs"
import module from "node:module"

// Compiled code is kept between starts, so everything else is imported after this.
module.enableCompileCache?.()

const here = (path) => new URL(path, import.meta.url)
const modified = (path) =>
  statSync(here(path), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY

const isFresh = async () => {
  if (!existsSync(here("../dist/main.mjs"))) return false
  if (!existsSync(here("../src/main.ts"))) return true
  const built = modified("../dist/main.mjs")
  const { inputs } = await import("../dist/inputs.mjs")
  return inputs.every((file) => modified(`../${file}`) < built)
}

await import((await isFresh()) ? "../dist/main.mjs" : "../src/main.ts")
