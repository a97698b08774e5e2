/** Tables in a local directory. A commit file is made whole beside its place and linked there: link(2) never replaces. */

import { randomUUID } from "node:crypto"
import { access, constants, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"
import { checkWritable } from "../duckdb/check.ts"
import { failureOf } from "../duckdb/duckdb-failure.ts"
import type { Store, StoredFile } from "./store.ts"

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : ""

const absent =
  <A>(value: A) =>
  (cause: unknown): A => {
    if (codeOf(cause) === "ENOENT") return value
    throw cause
  }

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeSynced = async (path: string, bytes: Buffer): Promise<void> => {
  const handle = await open(path, "wx", 0o644)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new folder is durable when the one above it is. */
const makeFolder = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let folder = path; folder.length >= dirname(first).length; folder = dirname(folder)) {
    await sync(folder)
    if (dirname(folder) === folder) return
  }
}

/** Its name begins with a dot, so that readers of the log and of `*.parquet` do not see it. */
const beside = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)

const draftOf = (path: string): string => join(dirname(path), `.${basename(path)}.tmp`)

const replace = async (path: string, bytes: Buffer): Promise<void> => {
  await makeFolder(dirname(path))
  const temporary = beside(path)
  try {
    await writeSynced(temporary, bytes)
    await rename(temporary, path)
    await sync(dirname(path))
  } finally {
    await rm(temporary, { force: true })
  }
}

const withoutLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"])

const put = async (path: string, bytes: Buffer): Promise<boolean> => {
  await makeFolder(dirname(path))
  const temporary = beside(path)
  try {
    await writeSynced(temporary, bytes)
    await link(temporary, path).catch((cause: unknown) => {
      // Where a file cannot have two names, O_EXCL at least lets only one writer have it.
      if (withoutLinks.has(codeOf(cause))) return writeSynced(path, bytes)
      throw cause
    })
    await sync(dirname(path))
    return true
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false
    throw cause
  } finally {
    await rm(temporary, { force: true })
  }
}

const listFolder = async (folder: string): Promise<ReadonlyArray<StoredFile>> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absent([]))
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name }) => {
        const found = await stat(join(folder, name)).catch(absent(null))
        return found === null ? null : { name, bytes: found.size, modified: found.mtimeMs }
      })
  )
  return files.filter((file) => file !== null)
}

const refreshLinks = async (folder: string, names: ReadonlySet<string>): Promise<void> => {
  const entries = await readdir(folder).catch(absent([] as Array<string>))
  const present = new Set(entries.filter((name) => name.endsWith(".parquet")))
  for (const name of names) {
    if (present.has(name)) continue
    const made = await link(join(folder, "data", name), join(folder, name)).then(
      () => true,
      // Another writer has made it meanwhile.
      (cause: unknown) => codeOf(cause) === "EEXIST"
    )
    // A disk without hard links has no plain files; the tables are whole without them.
    if (!made) return
  }
  for (const name of present) {
    if (!names.has(name)) await rm(join(folder, name), { force: true })
  }
}

export const localStore = (root: string): Store => {
  const at = (key: string) => join(root, key)
  const io = <A>(key: string, run: () => Promise<A>) =>
    Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (cause) => failureOf(at(key), cause) }))
  return {
    location: root,
    isLocal: true,
    list: (folder) => io(folder, () => listFolder(at(folder))),
    folders: io("", async () =>
      (await readdir(root, { withFileTypes: true }).catch(absent([])))
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    ),
    read: (key) => io(key, () => readFile(at(key)).catch(absent(null))),
    write: (key, bytes) => io(key, () => replace(at(key), bytes)),
    putIfAbsent: (key, bytes) => io(key, () => put(at(key), bytes)),
    draft: (key) =>
      io(key, async () => {
        await makeFolder(dirname(at(key)))
        return draftOf(at(key))
      }),
    settle: (key) => io(key, () => sync(draftOf(at(key)))),
    keep: (key) =>
      io(key, async () => {
        await sync(draftOf(at(key)))
        await rename(draftOf(at(key)), at(key))
        await sync(dirname(at(key)))
        return { bytes: (await stat(at(key))).size }
      }),
    readable: (keys) => Effect.succeed(keys.map(at)),
    remove: (keys) =>
      io("", async () => {
        for (const key of keys) await rm(at(key), { force: true })
      }),
    link: (folder, names) => io(folder, () => refreshLinks(at(folder), names)),
    use: (body) => body,
    check: Effect.gen(function* () {
      yield* checkWritable(join(root, "_decant"))
      yield* io("", async () => {
        const found = await stat(root).catch(absent(null))
        if (found !== null) await access(root, constants.R_OK | constants.W_OK)
      })
    })
  }
}
