/**
 * Bundles the two commands into their packages' `dist/`: what is published, and what starts in a fraction of
 * the time that the sources take. `bin/` of each package starts the bundle, or the sources while they are
 * newer. Runs on the machine's own Node (20 or newer).
 *
 * Chunks carry a hash in their names and the entry is written last, so a process that runs meanwhile finds
 * its own; those of earlier builds go an hour later.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { bundleUi } from "./bundle-ui.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Native modules, and what a bundle would break, stay what they are: dependencies that npm installs. */
const external = [/^@duckdb\/node-bindings/, /^open$/]

/**
 * Effect's CLI makes a segmenter of texts when it is imported, which is 15 ms of each start; few commands ask it
 * anything. In the bundle it is made with the first question.
 */
const laterSegmenter = {
  name: "later-segmenter",
  transform: (code, id) => {
    if (!id.endsWith("/effect/dist/cli/CliOutput.js")) return null
    const made = /const graphemeSegmenter = (?:\/\*#__PURE__\*\/)?(new Intl\.Segmenter\([^)]*\));/
    if (!made.test(code))
      throw new Error("Effect's CliOutput makes its segmenter otherwise: adapt scripts/bundle.mjs.")
    return code
      .replace(made, "let madeSegmenter; const graphemeSegmenter = () => (madeSegmenter ??= $1);")
      .replaceAll("graphemeSegmenter.segment(", "graphemeSegmenter().segment(")
  }
}

/**
 * The SOQL parser has its grammar and its tokens looked through for mistakes of their author when it is imported, for
 * 150 ms. That was done when it was published.
 */
const checkedGrammar = {
  name: "checked-grammar",
  transform: (code, id) => {
    if (!/\/soql-parser-js\/dist\/esm\/index\.mjs$/.test(id)) return null
    if (!code.includes("skipValidations:!1"))
      throw new Error("The SOQL parser checks itself otherwise: adapt scripts/bundle.mjs.")
    return code.replaceAll("skipValidations:!1", "skipValidations:!0")
  }
}

/**
 * `export *` of a CommonJS module exports nothing in a bundle: the names are spelt out. They are read, since undici
 * itself does not start on the Node that this may run on.
 */
const namesOfUndici = {
  name: "names-of-undici",
  transform: (_code, id) => {
    if (!id.endsWith("/@effect/platform-node/dist/Undici.js")) return null
    const index = readFileSync(createRequire(id).resolve("undici"), "utf8")
    const names = [...new Set([...index.matchAll(/^module\.exports\.(\w+) = /gm)].map(([, name]) => name))]
    if (!names.includes("Agent")) throw new Error("undici exports otherwise: adapt scripts/bundle.mjs.")
    return `import Undici from "undici"; export default Undici; export const { ${names.join(", ")} } = Undici;`
  }
}

const commands = ["apps/runner", "packages/salesforce-emulator"]

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const isFresh = async (folder) => {
  const built = modified(join(folder, "dist/main.mjs"))
  if (built === 0) return false
  const { inputs } = await import(pathToFileURL(join(folder, "dist/inputs.mjs")).href)
  return inputs.every((file) => {
    const at = modified(join(folder, file))
    return at !== 0 && at < built
  })
}

const forgetOldChunks = (dist, written) => {
  for (const { name } of readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(dist, name)
    if (!written.has(name) && Date.now() - modified(path) > 3_600_000) rmSync(path, { force: true })
  }
}

const bundle = async (rolldown, folder) => {
  const dist = join(folder, "dist")
  const build = await rolldown({
    input: join(folder, "src/main.ts"),
    platform: "node",
    external,
    plugins: [laterSegmenter, checkedGrammar, namesOfUndici]
  })
  const { output } = await build.generate({
    format: "esm",
    minify: true,
    entryFileNames: "main.mjs",
    chunkFileNames: "[name]-[hash].mjs"
  })
  await build.close()
  mkdirSync(dist, { recursive: true })
  const write = (name, text) => {
    const partial = join(dist, `.${name}.${process.pid}`)
    writeFileSync(partial, text)
    renameSync(partial, join(dist, name))
  }
  const inputs = output
    .flatMap((chunk) => chunk.moduleIds ?? [])
    .filter((id) => id.startsWith(root) && !id.includes("/node_modules/"))
    .map((id) => relative(folder, id))
  write("inputs.mjs", `export const inputs = ${JSON.stringify(inputs.sort())}\n`)
  const entryLast = output.toSorted((a, b) => Number(a.isEntry) - Number(b.isEntry))
  for (const chunk of entryLast) write(chunk.fileName, chunk.code ?? chunk.source)
  forgetOldChunks(dist, new Set(["inputs.mjs", ...output.map((chunk) => chunk.fileName)]))
}

/** Bundles what is not fresh; the UI is part of the runner's `dist/`. */
export const bundleCommands = async () => {
  await bundleUi()
  const stale = []
  for (const name of commands) {
    const folder = join(root, name)
    if (!(await isFresh(folder))) stale.push(folder)
  }
  if (stale.length === 0) return
  const { rolldown } = await import("rolldown")
  for (const folder of stale) await bundle(rolldown, folder)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommands()
