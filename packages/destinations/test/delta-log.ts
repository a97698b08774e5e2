/** A table's log, looked at and tampered with from outside. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface LogAction {
  readonly add?: { readonly path: string; readonly size: number; readonly stats: string }
  readonly remove?: { readonly path: string; readonly deletionTimestamp: number }
  readonly txn?: { readonly appId: string; readonly version: number }
  readonly metaData?: { readonly id: string; readonly schemaString: string }
  readonly protocol?: { readonly minReaderVersion: number; readonly minWriterVersion: number }
  readonly commitInfo?: { readonly operation: string }
}

const commitPattern = /^\d{20}\.json$/

export const logVersions = (table: string): ReadonlyArray<string> =>
  readdirSync(join(table, "_delta_log"))
    .filter((name) => commitPattern.test(name))
    .sort()

export const logActions = (table: string): ReadonlyArray<LogAction> =>
  logVersions(table).flatMap((name) =>
    readFileSync(join(table, "_delta_log", name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): LogAction => JSON.parse(line))
  )

/** Paths of the files that the newest version has, from its JSON commits alone. */
export const currentFiles = (table: string): ReadonlyArray<string> => {
  const files = new Set<string>()
  for (const { add, remove } of logActions(table)) {
    if (remove !== undefined) files.delete(remove.path)
    if (add !== undefined) files.add(add.path)
  }
  return [...files]
}

/** Another program's commit. */
export const commitFromOutside = (table: string, actions: ReadonlyArray<object>): void => {
  const next = String(logVersions(table).length).padStart(20, "0")
  const text = actions.map((action) => `${JSON.stringify(action)}\n`).join("")
  writeFileSync(join(table, "_delta_log", `${next}.json`), text, { flag: "wx" })
}
