/** The rows of a gzip'd page by csv-parse, each an array of texts, without the header. */
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import { parse } from "csv-parse"

export const parsedRows = (page: string): AsyncIterable<ReadonlyArray<string>> => {
  const rows = parse({ from_line: 2 })
  // A failure destroys `rows` with it, so whoever iterates hears of it.
  pipeline(createReadStream(page), createGunzip({ chunkSize: 262_144 }), rows, () => undefined)
  return rows
}
