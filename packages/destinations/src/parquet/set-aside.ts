/**
 * The tables of an org that is read no more move to `_aside/<org>/`, and the copy is empty for the org that comes
 * next. `_decant`, which says whose copy it is, moves last: cut off before that, the same command goes on.
 */
import { existsSync } from "node:fs"
import { mkdir, rename } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import { failureOf } from "../duckdb/duckdb-failure.ts"
import { checkOrg } from "./org.ts"
import type { ParquetSettings } from "./parquet-settings.ts"
import type { Store } from "./store.ts"

const inBucket = (path: string): DestinationError =>
  DestinationError.of(
    "NOT_SUPPORTED",
    `${path} is a bucket, where tables cannot be renamed.`,
    "Give the spec's destination another prefix for the new org; the old tables stay where they are."
  )

const freeFolder = (path: string): string => {
  for (let turn = 1; ; turn++) {
    const folder = turn === 1 ? path : `${path}_${turn}`
    if (!existsSync(join(folder, "_decant"))) return folder
  }
}

/** Of the folders that lie there now, those of the copy's own tables. */
export const setAside = Effect.fnUntraced(function* (
  store: Store,
  settings: ParquetSettings,
  own: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<string>, DestinationError> {
  const held = yield* checkOrg(store, { ...settings, orgId: null })
  if (held === null) return []
  if (!store.isLocal) return yield* inBucket(settings.path)
  const there = new Set(yield* store.folders)
  const aside = freeFolder(join(settings.path, "_aside", held))
  const move = async (folder: string): Promise<string> => {
    await mkdir(aside, { recursive: true })
    await rename(join(settings.path, folder), join(aside, folder))
    return join(aside, folder)
  }
  const kept: Array<string> = []
  for (const folder of own.flatMap((table) => [table, `${table}_history`])) {
    if (!there.has(folder)) continue
    kept.push(
      yield* Effect.tryPromise({
        try: () => move(folder),
        catch: (cause) => failureOf(settings.path, cause)
      })
    )
  }
  yield* Effect.tryPromise({ try: () => move("_decant"), catch: (cause) => failureOf(settings.path, cause) })
  return kept
})
