/**
 * What a page must not be able to change in a spec. Whoever may use the API could otherwise send stored secrets to
 * a host of theirs, run a command, read files by reference or write over other files.
 */
import { realpathSync } from "node:fs"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { sealedFile } from "@decant/auth"
import {
  at,
  isRaw,
  keysOf,
  parseSpec,
  type Raw,
  rawSpec,
  same,
  type Value,
  valuesOf
} from "./spec-document.ts"

export interface SpecEdit {
  readonly before: string
  readonly after: string
  readonly folder: string
  /** The name under which secrets of this spec are kept. */
  readonly name: string
}

interface Both {
  readonly edit: SpecEdit
  readonly before: Raw
  readonly after: Raw
}

const fixed: ReadonlyArray<readonly [path: ReadonlyArray<string>, what: string]> = [
  [["name"], "the spec's `name`, which names its checkpoint"],
  [["source", "type"], "the kind of source"],
  [["source", "environment"], "the org's address: its secrets would go there"],
  [["source", "auth"], "how the spec logs in"],
  [["checkpoint"], "where the checkpoint is"],
  [["alerts"], "alerts, which run commands and call addresses"],
  [["mcp"], "what agents may do"]
]

const fixedChange = ({ before, after }: Both): string | null =>
  fixed.find(([path]) => !same(at(before, ...path), at(after, ...path)))?.[1] ?? null

/** A secret of the destination that the server keeps for this spec. */
const isOwnSecret = (value: unknown, name: string): boolean =>
  isRaw(value) &&
  Object.keys(value).length === 1 &&
  ["url", "queryUrl"].some(
    (key) =>
      typeof value.file === "string" &&
      value.file.startsWith(sealedFile(`${name}.${key}-`).replace(/\.jwe$/, "")) &&
      /-[a-f0-9]{8}\.jwe$/.test(value.file) &&
      !value.file.includes("..")
  )

const secretUrlChange = ({ edit, before, after }: Both): string | null => {
  for (const key of ["url", "queryUrl"]) {
    const [old, now] = [at(before, "destination", key), at(after, "destination", key)]
    if (now === undefined || same(old, now) || isOwnSecret(now, edit.name)) continue
    return `\`destination.${key}\` as text, for it holds a password: give it on the Destination page`
  }
  return null
}

const refers = ({ path, text }: Value): boolean =>
  text.includes("${") || ["file", "env", "command"].some((key) => path.includes(key))

const withoutOwn = ({ edit, after }: Both): unknown => {
  const destination = after.destination
  if (!isRaw(destination)) return after
  const kept = Object.entries(destination).filter(([, value]) => !isOwnSecret(value, edit.name))
  return { ...after, destination: Object.fromEntries(kept) }
}

const lineOf = ({ path, text }: Value): string => `${keysOf(path)}: ${text}`

/** A reference may stay where it is, also when its stream moves; none may be added. */
const newReference = (both: Both): string | null => {
  const known = new Set(valuesOf(both.before).filter(refers).map(lineOf))
  const added = valuesOf(withoutOwn(both)).find((value) => refers(value) && !known.has(lineOf(value)))
  return added === undefined ? null : `a reference to a file or variable (\`${keysOf(added.path)}\`)`
}

const realOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realOf(parent), relative(parent, path))
  }
}

const isInside = (path: string, folder: string): boolean => {
  const real = realOf(resolve(folder, path))
  return real.startsWith(`${realOf(folder)}${sep}`)
}

/** Of the destination: no other place than under the spec's folder, and there no file that means something else. */
const placeChange = ({ edit, before, after }: Both): string | null => {
  for (const key of ["path", "publish"]) {
    const [old, now] = [at(before, "destination", key), at(after, "destination", key)]
    if (now === undefined || same(old, now)) continue
    const free =
      typeof now === "string" &&
      !isAbsolute(now) &&
      !/^[a-z][a-z0-9+.-]*:/i.test(now) &&
      !now.includes("\0") &&
      isInside(now, edit.folder) &&
      !relative(edit.folder, resolve(edit.folder, now)).split(sep).includes(".decant") &&
      !/\.(ya?ml|jwe|key|crt|pem|json)(\.\w+)?$/i.test(now)
    if (!free)
      return `\`destination.${key}\` to a place outside the spec's folder, or to a file of another kind`
  }
  return null
}

/** What the edit must not do, or null. Of a text that cannot be read there is nothing to say: it is not saved. */
export const forbiddenChange = (edit: SpecEdit): string | null => {
  const after = rawSpec(parseSpec(edit.after))
  if (after === null) return null
  const before = rawSpec(parseSpec(edit.before))
  if (before === null) return "a file that is no YAML now, so that nobody can tell what changes"
  const both: Both = { edit, before, after }
  return fixedChange(both) ?? secretUrlChange(both) ?? newReference(both) ?? placeChange(both)
}
