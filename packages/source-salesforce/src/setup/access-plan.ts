/** From the spec: which objects and fields its user must be able to read, and nothing more. */
import type { ObjectStream, Spec } from "@decant/connector"
import { fieldsByName, type ObjectDescribe } from "../describe/describe-shape.ts"
import { isBinary, isCompound } from "../fields/column-type.ts"
import { recommendedFields } from "../fields/recommended-fields.ts"
import { dependsOn, grantedAs, hasFieldPermissions, hasObjectPermissions } from "./grantable.ts"

export interface AccessPlan {
  readonly objects: ReadonlyArray<{ readonly name: string; readonly viewAll: boolean }>
  /** `Account.Industry` */
  readonly fields: ReadonlyArray<string>
  /** Users who are not shared must be seen, too. */
  readonly viewAllUsers: boolean
  /** What could not be settled here. */
  readonly notes: ReadonlyArray<string>
}

/** By lower-case name; empty when the org was not asked. */
export type KnownObjects = ReadonlyMap<string, ObjectDescribe>

const standardParents: Readonly<Record<string, string>> = {
  Owner: "User",
  CreatedBy: "User",
  LastModifiedBy: "User",
  Manager: "User",
  ReportsTo: "Contact",
  Account: "Account",
  Contact: "Contact",
  Opportunity: "Opportunity",
  Campaign: "Campaign"
}

class AccessGathering {
  readonly #objects = new Map<string, boolean>()
  readonly #fields = new Set<string>()
  readonly #notes = new Set<string>()
  readonly #known: KnownObjects

  constructor(known: KnownObjects) {
    this.#known = known
  }

  note(text: string): void {
    this.#notes.add(text)
  }

  object(name: string, viewAll: boolean): void {
    if (!hasObjectPermissions(name)) {
      if (name !== "User") {
        this.note(`${name} has no permissions of its own: it follows the object that it belongs to.`)
      }
      return
    }
    this.#objects.set(name, viewAll || (this.#objects.get(name) ?? false))
    const needed = dependsOn(name)
    if (needed !== null) this.object(needed, false)
  }

  /** A field by the path that the spec uses. */
  path(object: string, path: string): void {
    const [step = "", ...rest] = path.split(".")
    if (rest.length === 0) this.field(object, step)
    else this.#parentPath(object, step, rest.join("."))
  }

  #parentPath(object: string, step: string, rest: string): void {
    const lookup = this.#known
      .get(object.toLowerCase())
      ?.fields.find(({ relationshipName }) => relationshipName?.toLowerCase() === step.toLowerCase())
    this.field(object, lookup?.name ?? (step.endsWith("__r") ? step.replace(/__r$/, "__c") : `${step}Id`))
    const parent = lookup?.referenceTo[0] ?? standardParents[step]
    if (parent === undefined) {
      this.note(`${object}.${step}.${rest}: the object behind ${step} is not known here; add it by hand.`)
    } else {
      this.object(parent, false)
      this.path(parent, rest)
    }
  }

  field(object: string, name: string): void {
    const described = this.#known.get(object.toLowerCase())
    const field = described === undefined ? undefined : fieldsByName(described).get(name.toLowerCase())
    if (described === undefined || field === undefined) {
      const granted = grantedAs(name)
      if (hasFieldPermissions(object, granted)) this.#fields.add(`${object}.${granted}`)
      return
    }
    if (!field.permissionable || isBinary(field)) return
    const whole = fieldsByName(described).get((field.compoundFieldName ?? "").toLowerCase())
    this.#fields.add(
      `${described.name}.${whole !== undefined && isCompound(whole) ? whole.name : field.name}`
    )
  }

  plan(viewAllUsers: boolean): AccessPlan {
    return {
      objects: [...this.#objects]
        .map(([name, viewAll]) => ({ name, viewAll }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      fields: [...this.#fields].sort(),
      viewAllUsers,
      notes: [...this.#notes]
    }
  }
}

/** Null where only the org knows. */
const listed = (
  fields: ObjectStream["fields"],
  object: string,
  described: ObjectDescribe | undefined
): ReadonlyArray<string> | null => {
  if (typeof fields === "object") return fields
  const all = described?.fields.map(({ name }) => name) ?? null
  if (fields === "all") return all
  return recommendedFields[object.toLowerCase()] ?? all
}

const gatherStream = (of: {
  readonly gathering: AccessGathering
  readonly spec: Spec
  readonly stream: ObjectStream
  readonly known: KnownObjects
}): void => {
  const { gathering, spec, stream, known } = of
  const described = known.get(stream.object.toLowerCase())
  const object = described?.name ?? stream.object
  gathering.object(object, true)
  const wanted = listed(stream.fields ?? spec.source.defaults?.fields ?? "recommended", object, described)
  if (wanted === null) {
    gathering.note(
      `${object}: only the org knows all of its fields. Run \`decant setup-org\` again once a login works.`
    )
  }
  const unread = new Set([
    ...Object.keys(stream.substitute ?? {}).map((name) => name.toLowerCase()),
    ...Object.entries(stream.mask ?? {}).flatMap(([name, mask]) =>
      mask === "drop" ? [name.toLowerCase()] : []
    )
  ])
  const names = [
    ...(wanted ?? []).filter((name) => !unread.has(name.toLowerCase())),
    ...Object.values(stream.roles ?? {}),
    ...Object.values(stream.substitute ?? {})
  ]
  for (const name of names) if (name !== undefined) gathering.path(object, name)
}

/** `objects`: the object streams of the spec, globs resolved where the org could be asked. */
export const accessPlan = (
  spec: Spec,
  objects: ReadonlyArray<ObjectStream>,
  known: KnownObjects
): AccessPlan => {
  const gathering = new AccessGathering(known)
  for (const stream of objects) {
    if (/[*?]/.test(stream.object)) {
      gathering.note(
        `${stream.object}: only the org knows which objects these are. Run \`decant setup-org\` again once a login works.`
      )
    } else gatherStream({ gathering, spec, stream, known })
  }
  for (const stream of spec.source.streams) {
    if ("soql" in stream) {
      gathering.note(`${stream.name} is a SOQL stream: add the objects and fields of its query by hand.`)
    }
  }
  return gathering.plan(objects.some(({ object }) => object.toLowerCase() === "user"))
}
