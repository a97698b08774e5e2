/** Which objects and fields an agent may write to. */
import type { ObjectDescribe, Org } from "@decant/org"
import { Effect } from "effect"
import type { Desk } from "./desk.ts"
import { ToolFailure } from "./tool-failure.ts"

const mayWrite = (desk: Desk, object: string): boolean =>
  desk.writable?.some((name) => name.toLowerCase() === object.toLowerCase()) === true

const notWritable = (desk: Desk, object: string): ToolFailure =>
  ToolFailure.refused(
    `Agents may not change ${JSON.stringify(object)} here.`,
    `Only ${desk.writable?.join(", ") ?? "nothing"} may be changed; \`decant mcp --allow-writes --objects …\` decides.`
  )

export const checkWritable = (desk: Desk, object: string): Effect.Effect<void, ToolFailure> =>
  mayWrite(desk, object) ? Effect.void : Effect.fail(notWritable(desk, object))

const fieldName = /^[A-Za-z][A-Za-z0-9_]*$/

/** `attributes` would name another object, and an Id another record. */
export const checkFields = (values: Readonly<Record<string, unknown>>): Effect.Effect<void, ToolFailure> => {
  const wrong = Object.keys(values).find((name) => !fieldName.test(name) || /^(attributes|id)$/i.test(name))
  if (wrong === undefined && Object.keys(values).length > 0) return Effect.void
  return Effect.fail(
    ToolFailure.refused(
      wrong === undefined ? "There are no values." : `${JSON.stringify(wrong)} cannot be set.`,
      "Give fields by their API names; describe_object shows them."
    )
  )
}

/**
 * The Id must be one of the object's: an Id of another object could reach around the list. An object's own prefix
 * is known by its describe.
 */
export const checkIds = (
  described: ObjectDescribe,
  ids: ReadonlyArray<string>
): Effect.Effect<void, ToolFailure> => {
  const prefix = described.keyPrefix ?? null
  const stranger = ids.find(
    (id) => !/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(id) || (prefix !== null && id.slice(0, 3) !== prefix)
  )
  return stranger === undefined
    ? Effect.void
    : Effect.fail(
        ToolFailure.refused(
          `${JSON.stringify(stranger)} is not the Id of a record of ${described.name}.`,
          "find_records shows Ids."
        )
      )
}

/** In a path the Id of a record stands where the field stands, and a relationship where its value stands. */
export const checkExternalId = Effect.fnUntraced(function* (org: Org, object: string, field: string) {
  const described = yield* org.describe(object)
  const found = described.fields.find(({ name }) => name.toLowerCase() === field.toLowerCase())
  if (found !== undefined && (found.externalId === true || found.idLookup === true)) return described
  return yield* ToolFailure.refused(
    `${field} is not an external Id field of ${described.name}.`,
    "describe_object shows which fields are."
  )
})
