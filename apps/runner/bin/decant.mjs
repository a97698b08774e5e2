#!/usr/bin/env node
/** Starts the bundled command; in a checkout whose sources have changed since, the sources. */
import { existsSync, statSync } from "node:fs"
import module from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

// Compiled code is kept between starts, so everything else is imported after this.
module.enableCompileCache?.()

// Paths as texts: a checkout looks at hundreds of files here, and addresses would take five times as long.
const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const modified = (path) =>
  statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY

const isFresh = async () => {
  if (!existsSync(`${root}/dist/main.mjs`)) return false
  if (!existsSync(`${root}/src/main.ts`)) return true
  const built = modified("dist/main.mjs")
  const { inputs } = await import("../dist/inputs.mjs")
  return inputs.every((file) => modified(file) < built)
}

await import((await isFresh()) ? "../dist/main.mjs" : "../src/main.ts")
