/** The specs that this worker has on its disk: runs name them, and say which text they mean. */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Effect } from "effect"
import { listFolder, readText } from "../files.ts"
import { readSpec, type SpecFile } from "../spec-file.ts"

/** A file, or the folder whose files count. */
export interface SpecPlace {
  readonly folder: string
  readonly file: string | null
}

export interface SpecAtHand {
  readonly specFile: SpecFile
  readonly fingerprint: string
}

/** Two workers whose files have the same text mean the same by a spec's name. */
export const fingerprintOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16)

const filesOf = ({ folder, file }: SpecPlace) =>
  file === null
    ? Effect.map(listFolder(folder), (names) =>
        names
          .filter((name) => /\.ya?ml$/.test(name))
          .sort()
          .map((name) => join(folder, name))
      )
    : Effect.succeed([file])

/** Null for a file that is no spec, or none that can be used. */
const atHand = (file: string): Effect.Effect<SpecAtHand | null> =>
  Effect.gen(function* () {
    const text = yield* readText(file)
    if (text === null || !/^source:/m.test(text)) return null
    return { specFile: yield* readSpec(file, process.env), fingerprint: fingerprintOf(text) }
  }).pipe(Effect.catch((error) => Effect.as(Effect.logWarning(`${file}: ${error.message}`), null)))

export const specsAtHand = Effect.fnUntraced(function* (place: SpecPlace) {
  const found = yield* Effect.forEach(yield* filesOf(place), atHand)
  return found.filter((one) => one !== null)
})

/** A DuckDB file has one writer at a time, on one machine. */
export const isShareable = ({ specFile }: Pick<SpecAtHand, "specFile">): boolean =>
  specFile.spec.destination.type !== "duckdb"
