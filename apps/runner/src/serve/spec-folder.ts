/**
 * The shelf over a folder. It is looked through twice a second rather than watched: that works on network disks, in
 * containers and for the links by which Kubernetes swaps a mounted configuration. A change is taken over once it has
 * lain still from one look to the next, so that a file is not read while an editor writes it.
 */
import { createHash } from "node:crypto"
import { chmod, readdir, realpath, stat } from "node:fs/promises"
import { basename, extname, join } from "node:path"
import { ConnectorError, decodeSpec } from "@decant/connector"
import { Effect, Layer, PubSub, Schedule, Semaphore, Stream } from "effect"
import { readText, removeAll, writeDurably } from "../files.ts"
import { RunnerError } from "../runner-error.ts"
import type { SpecFile } from "../spec-file.ts"
import { ServeSettings } from "./serve-settings.ts"
import { type ShelvedSpec, type SpecChange, SpecShelf, type WriteSpec } from "./spec-shelf.ts"

const lookEvery = "500 millis"
const endings = [".yaml", ".yml"]
const fitsAsName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

interface Place {
  readonly name: string
  readonly path: string
  /** Changes when the file does. */
  readonly stamp: string
}

interface Shelved extends ShelvedSpec {
  readonly stamp: string
}

const nameOf = (path: string): string => basename(path, extname(path))

const versionOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16)

const unknown = (name: string): RunnerError =>
  new RunnerError({
    code: "SPEC_UNKNOWN",
    message: `There is no spec called ${name} here.`,
    fix: "Look which specs there are (`GET /api/connections`, or the folder that `decant serve` was given)."
  })

const changed = (path: string): RunnerError =>
  new RunnerError({
    code: "SPEC_CHANGED",
    message: `${path} was changed by somebody else in between.`,
    fix: "Read the spec again, make the change again, and save."
  })

const nameTaken = (path: string, name: string, by: string): ConnectorError =>
  new ConnectorError({
    code: "SPEC_INVALID",
    message: `${path} has a mistake:\n  name: ${name} is the name of ${by} already`,
    fix: "Give each spec a `name` of its own: it names the checkpoint.",
    mistakes: [{ line: null, path: "name", message: `${name} is the name of ${by} already` }]
  })

const placeOf = async (path: string): Promise<Place | null> => {
  try {
    const { mtimeMs, size, ino, isFile } = await stat(path).then((found) => ({
      ...found,
      isFile: found.isFile()
    }))
    return isFile ? { name: nameOf(path), path, stamp: `${mtimeMs}/${size}/${ino}` } : null
  } catch {
    return null
  }
}

/** A folder that cannot be read now (a disk that went away) is not an empty one: null. */
const placesIn = async (folder: string, file: string | null): Promise<ReadonlyArray<Place> | null> => {
  try {
    const names = file === null ? await readdir(folder) : [basename(file)]
    const paths = names
      .filter((name) => file !== null || (endings.includes(extname(name)) && fitsAsName.test(nameOf(name))))
      .sort()
      .map((name) => join(folder, name))
    const places = await Promise.all(paths.map(placeOf))
    const found = places.filter((place) => place !== null)
    return found.filter(({ name }, index) => found.findIndex((other) => other.name === name) === index)
  } catch {
    return null
  }
}

/** A compose file or a workflow may lie in the same folder. */
const looksLikeSpec = ({ text, failure }: ShelvedSpec): boolean =>
  failure instanceof RunnerError || /^["']?(source|destination)["']?\s*:/m.test(text)

/** Two files of one name would share a checkpoint: the first in the order of files has it. */
const withoutTwins = (shelved: ReadonlyArray<Shelved>): ReadonlyArray<Shelved> => {
  const owners = new Map<string, string>()
  return shelved.map((entry) => {
    const name = entry.specFile?.spec.name
    if (name === undefined) return entry
    const owner = owners.get(name)
    if (owner === undefined) {
      owners.set(name, entry.path)
      return entry
    }
    const failure = nameTaken(entry.path, name, basename(owner))
    return { ...entry, specFile: null, warnings: [], failure, mistakes: failure.mistakes ?? [] }
  })
}

const sayChange = ({ kind, name }: SpecChange, entry: Shelved | undefined) => {
  const failure = entry?.failure ?? null
  const said =
    failure === null
      ? Effect.logInfo(`The spec ${name} was ${kind}.`)
      : Effect.logError(
          `${failure.message}\n${entry?.specFile === null ? "It is not run." : "The version before it stays in use."}`
        )
  return Effect.annotateLogs(said, "spec", name)
}

const make = Effect.gen(function* () {
  const { folder, file } = yield* ServeSettings
  const decode = (path: string, text: string) =>
    decodeSpec({ file: path, text, env: process.env }).pipe(
      Effect.map((decoded): SpecFile => ({ file: path, folder, ...decoded })),
      Effect.result
    )

  const read = Effect.fnUntraced(function* (place: Place, before: Shelved | undefined) {
    const got = yield* Effect.result(readText(place.path))
    const text = got._tag === "Success" ? (got.success ?? "") : (before?.text ?? "")
    const decoded = got._tag === "Success" ? yield* decode(place.path, text) : got
    const shelved = { ...place, text, version: versionOf(text) }
    if (decoded._tag === "Success") {
      const { success } = decoded
      return {
        ...shelved,
        specFile: success as SpecFile,
        failure: null,
        mistakes: [],
        warnings: (success as SpecFile).warnings
      }
    }
    const { failure } = decoded
    const mistakes = failure instanceof ConnectorError ? (failure.mistakes ?? []) : []
    const running = before?.specFile ?? null
    return { ...shelved, specFile: running, failure, mistakes, warnings: running?.warnings ?? [] }
  })

  let current = new Map<string, Shelved>()
  let seen = new Map<string, string>()
  /** YAML files that are something else, by their stamps. */
  const strangers = new Map<string, string>()
  const published = yield* PubSub.sliding<SpecChange>(1024)
  const oneAtATime = yield* Semaphore.make(1)

  const tell = (after: ReadonlyMap<string, Shelved>): ReadonlyArray<SpecChange> => [
    ...[...after.values()].flatMap((entry): ReadonlyArray<SpecChange> => {
      const before = current.get(entry.name)
      if (before === undefined) return [{ kind: "added", name: entry.name }]
      const same = before.version === entry.version && before.failure?.message === entry.failure?.message
      return same ? [] : [{ kind: "changed", name: entry.name }]
    }),
    ...[...current.keys()]
      .filter((name) => !after.has(name))
      .map((name): SpecChange => ({ kind: "removed", name }))
  ]

  /** Null: not there yet, or no spec at all. */
  const entryOf = Effect.fnUntraced(function* (place: Place, patiently: boolean) {
    const before = current.get(place.name)
    const liesStill = !patiently || seen.get(place.name) === place.stamp
    if (before !== undefined && (before.stamp === place.stamp || !liesStill)) return before
    if (!liesStill || strangers.get(place.path) === place.stamp) return null
    const entry = yield* read(place, before)
    if (before !== undefined || file !== null || looksLikeSpec(entry)) return entry
    strangers.set(place.path, place.stamp)
    return null
  })

  const look = Effect.fnUntraced(function* (patiently: boolean) {
    const places = yield* Effect.promise(() => placesIn(folder, file))
    if (places === null)
      return yield* Effect.logWarning(`The folder ${folder} cannot be read; what ran goes on.`)
    const entries = yield* Effect.forEach(places, (place) => entryOf(place, patiently))
    seen = new Map(places.map(({ name, stamp }) => [name, stamp]))
    const after = new Map(
      withoutTwins(entries.filter((entry) => entry !== null)).map((entry) => [entry.name, entry])
    )
    const changes = tell(after)
    current = after
    for (const change of changes) yield* sayChange(change, after.get(change.name))
    yield* PubSub.publishAll(published, changes)
  }, oneAtATime.withPermits(1))

  const get = (name: string) =>
    Effect.suspend(() => {
      const entry = current.get(name)
      return entry === undefined ? Effect.fail(unknown(name)) : Effect.succeed(entry)
    })

  const write = Effect.fnUntraced(function* ({ name, text, version }: WriteSpec) {
    if (!fitsAsName.test(name) || (file !== null && name !== nameOf(file))) return yield* unknown(name)
    const path = current.get(name)?.path ?? join(folder, `${name}.yaml`)
    const found = yield* readText(path)
    if ((found === null ? null : versionOf(found)) !== version) return yield* changed(path)
    // A link stays a link, and whoever may read the file still may.
    const target = yield* Effect.promise(() => realpath(path).catch(() => path))
    const mode = yield* Effect.promise(() =>
      stat(target)
        .then((of) => of.mode & 0o777)
        .catch(() => null)
    )
    yield* writeDurably(target, text)
    if (mode !== null) yield* Effect.promise(() => chmod(target, mode).catch(() => {}))
    yield* look(false)
    return yield* get(name)
  })

  const remove = Effect.fnUntraced(function* (name: string, version: string) {
    const { path } = yield* get(name)
    const found = yield* readText(path)
    if (found !== null && versionOf(found) !== version) return yield* changed(path)
    yield* removeAll(path)
    yield* look(false)
  })

  yield* look(false)
  yield* look(true).pipe(
    Effect.repeat(Schedule.spaced(lookEvery)),
    Effect.delay(lookEvery),
    Effect.forkScoped
  )

  return SpecShelf.of({
    list: Effect.sync(() => [...current.values()].sort((a, b) => (a.name < b.name ? -1 : 1))),
    get,
    check: (name, text) =>
      decode(current.get(name)?.path ?? join(folder, `${name}.yaml`), text).pipe(
        Effect.map((decoded) => (decoded._tag === "Success" ? [] : (decoded.failure.mistakes ?? [])))
      ),
    write,
    remove,
    changes: Stream.fromPubSub(published),
    reload: look(false)
  })
})

export const specFolder = Layer.effect(SpecShelf, make)
