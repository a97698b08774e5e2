/** An org of a shape, and the result pages of its object on local disk, the same ones for everybody. */
import { createReadStream, mkdirSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"
import { runSync } from "./decant-sync.ts"
import { type Emulator, startEmulator } from "./emulator.ts"
import { columnTypes, savePages } from "./org-client.ts"
import type { Shape } from "./shapes.ts"
import type { Task } from "./task.ts"

const headerOf = async (page: string): Promise<ReadonlyArray<string>> => {
  for await (const line of createInterface(createReadStream(page).pipe(createGunzip()))) {
    return line.split(",").map((name) => name.replaceAll('"', ""))
  }
  return []
}

export const startOrg = ({ object, rows, columns }: Shape): Promise<Emulator> =>
  startEmulator([
    ...["--dataset", "scale", "--rows", `${object}=${rows}`],
    ...(columns === null ? [] : ["--columns", `${object}=${columns}`])
  ])

/** Warms the org up with one sync, so that the pages exist before anything is measured. */
export const preparedTask = async (
  org: Emulator,
  shape: Shape,
  folder: string
): Promise<Omit<Task, "target">> => {
  const warm = join(folder, "warm")
  mkdirSync(warm, { recursive: true })
  const destination = `{ type: duckdb, path: ${JSON.stringify(join(warm, "copy.duckdb"))} }`
  await runSync(org, warm, { object: shape.object, fields: shape.fields, destination })
  const pages = await savePages(org, shape.object, folder)
  const header = await headerOf(pages[0] ?? "")
  const columns = await columnTypes(org, shape.object, header)
  const { url, accessToken } = org
  const query = `SELECT ${header.join(", ")} FROM ${shape.object}`
  return { columns, pages, query, rows: shape.rows, object: shape.object, url, accessToken }
}
