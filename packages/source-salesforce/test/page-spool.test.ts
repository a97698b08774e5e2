import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { spoolPage } from "../src/bulk/page-spool.ts"
import { csvLine } from "../src/rest/csv-record.ts"
import { spoolFolder } from "./spool.ts"

/** Several of the buffers that pages are inflated into: of rows that are nearly all alike, or that hardly compress. */
const pageOf = (cell: () => string): Buffer => {
  const rows = Array.from({ length: 20_000 }, (_, at) => csvLine([`row ${at}`, cell()]))
  return Buffer.from(csvLine(["Id", "Note"]) + rows.join(""))
}

const piecesOf = (bytes: Buffer, size: number): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size)
  )

describe("a page on its way to disk", () => {
  const page = {
    alike: pageOf(() => "x".repeat(200)),
    random: pageOf(() => randomBytes(75).toString("base64"))
  }
  for (const kind of ["alike", "random"] as const) {
    for (const size of [1_000_000_000, 65_536, 4_001]) {
      it.live(`lies there as it was, ${kind} rows, in network pieces of up to ${size} bytes`, () =>
        Effect.gen(function* () {
          const folder = yield* spoolFolder
          const spooled = yield* spoolPage(
            {
              headers: {},
              gzip: true,
              body: Stream.fromIterable(piecesOf(gzipSync(page[kind]), size))
            },
            {
              pathOf: (piece) => join(folder, `${piece}.csv`),
              room: { patienceMillis: 0, notice: () => undefined },
              pieceBytes: 1_000_000_000
            }
          )
          const [file] = spooled.files
          assert.strictEqual(spooled.rows, 20_000)
          const landed = yield* Effect.promise(() => readFile(file?.path ?? ""))
          assert.isTrue(landed.equals(page[kind]))
        }).pipe(Effect.scoped)
      )
    }
  }
})
