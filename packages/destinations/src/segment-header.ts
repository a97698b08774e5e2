/**
 * Reads the first line of a spooled file and compares it with the segment's header. DuckDB and Postgres both
 * take columns by position, so a file with other columns, or the same in another order, would load without
 * an error into the wrong columns.
 */
import { open } from "node:fs/promises"
import { constants, gunzipSync } from "node:zlib"
import { inPhase, type Segment, type SegmentFile } from "@decant/connector"
import { Effect } from "effect"
import { DestinationError } from "./destination-error.ts"

/** Far more than any header that Salesforce can send: 800 columns of 43 characters. */
const firstBytes = 262_144

const readStart = async (file: SegmentFile): Promise<string> => {
  const handle = await open(file.path, "r")
  try {
    const buffer = Buffer.alloc(firstBytes)
    const { bytesRead } = await handle.read(buffer, 0, firstBytes, 0)
    const bytes = buffer.subarray(0, bytesRead)
    if (!file.gzip || bytes.length === 0) return bytes.toString("utf8")
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString("utf8")
  } finally {
    await handle.close()
  }
}

/** The cells of the first line, or null when the text has none. */
const firstLine = (text: string): ReadonlyArray<string> | null => {
  const start = text.startsWith("\uFEFF") ? text.slice(1) : text
  if (start === "") return null
  const cells: Array<string> = []
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y
  for (;;) {
    const match = cell.exec(start)
    if (match === null) return cells
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "")
    if (start[cell.lastIndex] !== ",") return cells
    cell.lastIndex++
  }
}

const refused = (file: SegmentFile, detail: string): DestinationError =>
  DestinationError.of(
    "SEGMENT_REFUSED",
    `The downloaded file ${file.path} cannot be loaded: ${detail}`,
    "Run the sync again: the file is downloaded anew. If it happens again, report it with this message."
  )

const checkFile = (segment: Segment, file: SegmentFile): Effect.Effect<void, DestinationError> =>
  Effect.tryPromise({
    try: () => readStart(file),
    catch: (cause) => refused(file, cause instanceof Error ? cause.message : String(cause))
  }).pipe(
    Effect.flatMap((text) => {
      const found = firstLine(text)
      if (found === null) return file.rows === 0 ? Effect.void : Effect.fail(refused(file, "it is empty."))
      const same =
        found.length === segment.header.length && found.every((name, at) => name === segment.header[at])
      if (same) return Effect.void
      return Effect.fail(
        refused(file, `its columns are ${found.join(", ")}; expected ${segment.header.join(", ")}.`)
      )
    })
  )

export const checkHeaders = (segments: ReadonlyArray<Segment>): Effect.Effect<void, DestinationError> =>
  Effect.forEach(
    segments.flatMap((segment) => segment.files.map((file) => ({ segment, file }))),
    ({ segment, file }) => checkFile(segment, file),
    { concurrency: 8, discard: true }
  ).pipe(inPhase("check"))
