/**
 * Builds the config UI into `apps/runner/dist/ui`, which `decant serve` serves. As with the commands, files
 * carry a hash in their names and `index.html` is written last, so a page that is open meanwhile finds its own.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const source = join(root, "packages/config-ui")
const target = join(root, "apps/runner/dist/ui")
const inputs = [source, join(root, "packages/api/src"), join(root, "package-lock.json")]
const ignored = new Set(["node_modules", "test", ".turbo"])

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const filesUnder = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => !ignored.has(name))
        .flatMap((name) => filesUnder(join(path, name)))
    : [path]

/** A folder is newer when a file of it was added or removed. */
const newest = (path) =>
  Math.max(
    modified(path),
    ...filesUnder(path).map((file) => Math.max(modified(file), modified(dirname(file))))
  )

const isFresh = () => {
  const built = modified(join(target, "index.html"))
  return built !== 0 && inputs.every((input) => newest(input) < built)
}

const forgetOldFiles = (written) => {
  for (const name of readdirSync(target, { recursive: true })) {
    const path = join(target, name)
    if (statSync(path).isFile() && !written.has(name) && Date.now() - modified(path) > 3_600_000) {
      rmSync(path, { force: true })
    }
  }
}

const write = (name, content) => {
  const path = join(target, name)
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, content)
  renameSync(partial, path)
}

/** Builds the UI unless it is newer than all that it is made of. */
export const bundleUi = async () => {
  if (isFresh()) return
  const { build } = await import("vite")
  // A test runner's own NODE_ENV would bring React's development build.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = "production"
  const { output } = await build({ root: source, logLevel: "warn", build: { write: false } })
  if (before === undefined) delete process.env.NODE_ENV
  else process.env.NODE_ENV = before
  const files = new Map(output.map((file) => [file.fileName, file.code ?? file.source]))
  for (const name of readdirSync(join(source, "public"))) {
    files.set(name, readFileSync(join(source, "public", name)))
  }
  const pageLast = [...files].toSorted(([a], [b]) => Number(a === "index.html") - Number(b === "index.html"))
  for (const [name, content] of pageLast) write(name, content)
  forgetOldFiles(new Set(files.keys()))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleUi()
