/**
 * Erases a record from the copy: its rows, then the file's old pages by writing the file anew, then the snapshot.
 * Each step can be repeated, so a run that was cut short is finished by running it again.
 */
import { existsSync } from "node:fs"
import type { Erasure, OpenDestination } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "../destination-error.ts"
import type { Sql } from "../duckdb-sql/sql.ts"
import { literal } from "../sql-text.ts"
import { failureOf } from "./duckdb-failure.ts"
import type { DuckdbSettings } from "./duckdb-settings.ts"
import { eraseRows } from "./erase-rows.ts"
import { proveErased } from "./erasure-proof.ts"
import { anyWidth, withEnoughMemory } from "./memory.ts"
import { rewriteFile } from "./rewrite-file.ts"
import { writeSnapshot } from "./snapshot.ts"
import type { Workbench } from "./workbench.ts"

const nothingYet = (path: string): DestinationError =>
  DestinationError.of("DESTINATION_UNREACHABLE", `There is no file ${path} yet.`, "Run `decant sync` first.")

const sharedTexts = (tables: ReadonlyArray<string>): string =>
  `Texts of the record also stand in other rows, of ${tables.join(", ")}. They were left: a city is nobody's own. If some of these rows are about the same person, erase them too.`

export const eraseFromFile = Effect.fnUntraced(function* (
  workbench: Workbench,
  settings: DuckdbSettings,
  notice: OpenDestination["notice"],
  stream: string,
  key: string
): Effect.fn.Return<Erasure, DestinationError> {
  const { path, schema, publish } = settings
  if (!existsSync(path)) return yield* nothingYet(path)
  const snapshots = publish !== null && existsSync(publish) ? [publish] : []
  // What was removed by an attempt that had too little memory stays removed, and is looked for all the same.
  const removed: Array<Erasure["removed"][number]> = []
  const texts = new Set<string>()
  const body = Effect.fnUntraced(function* (sql: Sql) {
    const erased = yield* eraseRows(sql, { schema, stream, key })
    removed.push(...erased.removed)
    for (const text of erased.texts) texts.add(text)
    yield* rewriteFile(sql, path)
    for (const snapshot of snapshots) {
      yield* Effect.tryPromise({
        try: () => writeSnapshot(path, snapshot),
        catch: (cause) => failureOf(snapshot, cause)
      })
    }
    const files = [path, `${path}.wal`, ...snapshots]
    const { proof, shared } = yield* proveErased(sql, { ...erased, texts }, files)
    if (shared.length > 0) yield* notice(sharedTexts(shared))
    return { removed, proof }
  })
  const once = (limit: string) =>
    workbench.use((sql) =>
      Effect.andThen(
        sql.run(`SET memory_limit = ${literal(limit)}`),
        workbench.attached(sql, "write", body(sql))
      )
    )
  return yield* withEnoughMemory(once, workbench.memory, anyWidth)
})
