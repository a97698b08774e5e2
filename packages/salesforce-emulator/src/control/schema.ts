/**
 * `POST /emulator/schema/:object`: what administrators do to an object: create it, add, change and remove fields, and
 * take the right to see it or its fields from all users or from some.
 */
import { Effect, Schema } from "effect"
import { fieldWords } from "../org/custom-field.ts"
import type { Field, SObject } from "../org/field.ts"
import { Org } from "../org/org.ts"
import { addField, changeField, createObject, removeField } from "../org/schema-edits.ts"
import { json, plainRoute } from "../server/rest-route.ts"
import { badRequest } from "../server/salesforce-error.ts"
import { readBody } from "./control-body.ts"
import { findUsers } from "./find-users.ts"
import { controlObject } from "./records.ts"

const Users = Schema.optionalKey(Schema.Array(Schema.String))

const ObjectWords = Schema.Struct({
  label: Schema.optionalKey(Schema.String),
  labelPlural: Schema.optionalKey(Schema.String),
  keyPrefix: Schema.optionalKey(Schema.String)
})

const NewField = Schema.Struct({
  name: Schema.String,
  ...fieldWords,
  default: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])),
  value: Schema.optionalKey(Schema.String)
})

const FieldChange = Schema.Struct({
  name: Schema.String,
  ...fieldWords,
  rename: Schema.optionalKey(Schema.String)
})

const oneOrMore = <A, I>(schema: Schema.Codec<A, I>) => Schema.Union([Schema.Array(schema), schema])

const Names = oneOrMore(Schema.String)

/** Field names, or names with the users who are meant. */
const Hidden = Schema.Union([Names, Schema.Struct({ fields: Names, users: Users })])

const Body = Schema.Struct({
  create: Schema.optionalKey(Schema.Union([Schema.Boolean, ObjectWords])),
  addField: Schema.optionalKey(oneOrMore(NewField)),
  changeField: Schema.optionalKey(oneOrMore(FieldChange)),
  removeField: Schema.optionalKey(Names),
  hideField: Schema.optionalKey(Hidden),
  showField: Schema.optionalKey(Names),
  hideObject: Schema.optionalKey(Schema.Union([Schema.Boolean, Schema.Struct({ users: Users })])),
  /** Who sees rows that are not theirs and were not shared with them. */
  sharing: Schema.optionalKey(Schema.Literals(["public", "private"]))
})
type Body = typeof Body.Type

const listOf = <A>(given: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  given === undefined ? [] : isList(given) ? given : [given]

const isList = <A>(value: A | ReadonlyArray<A>): value is ReadonlyArray<A> => Array.isArray(value)

type OrgService = Org["Service"]

const fieldOf = (org: OrgService, object: SObject, name: string) => {
  const field = org.schema.field(object, name)
  return field === undefined
    ? badRequest("INVALID_CONTROL_CALL", `${object.name} has no field ${name}`)
    : Effect.succeed(field)
}

const usersOf = (org: OrgService, names: ReadonlyArray<string> | undefined) =>
  names === undefined ? Effect.succeed(undefined) : findUsers(org, names)

/** Each change finds the object as the one before has left it. */
const forEachField = <A, E, R>(
  org: OrgService,
  objectName: string,
  changes: ReadonlyArray<A>,
  nameOf: (change: A) => string,
  apply: (object: SObject, field: Field, change: A) => Effect.Effect<void, E, R>
) =>
  Effect.forEach(
    changes,
    (change) =>
      Effect.gen(function* () {
        const object = yield* controlObject(objectName)
        yield* apply(object, yield* fieldOf(org, object, nameOf(change)), change)
      }),
    { discard: true }
  )

const itself = (name: string) => name

const hide = (org: OrgService, objectName: string, given: NonNullable<Body["hideField"]>) =>
  Effect.gen(function* () {
    const { fields, users } =
      typeof given === "object" && "fields" in given ? given : { fields: given, users: undefined }
    const userIds = yield* usersOf(org, users)
    yield* forEachField(org, objectName, listOf(fields), itself, (object, field) =>
      Effect.sync(() => org.access.hidden.hide(object, field, userIds))
    )
  })

const hideObject = (org: OrgService, object: SObject, given: NonNullable<Body["hideObject"]>) =>
  Effect.gen(function* () {
    if (given === false) return org.access.hidden.show(object, undefined)
    const users = given === true ? undefined : yield* usersOf(org, given.users)
    return org.access.hidden.hide(object, undefined, users)
  })

const changeAccess = (org: OrgService, name: string, body: Body) =>
  Effect.gen(function* () {
    const object = yield* controlObject(name)
    if (body.hideField !== undefined) yield* hide(org, name, body.hideField)
    yield* forEachField(org, name, listOf(body.showField), itself, (_, field) =>
      Effect.sync(() => org.access.hidden.show(object, field))
    )
    if (body.hideObject !== undefined) yield* hideObject(org, object, body.hideObject)
    if (body.sharing !== undefined) org.access.sharing.setPrivate(object, body.sharing === "private")
    if ((body.hideField ?? body.showField ?? body.hideObject) !== undefined) {
      org.schema.touch(object, org.clock.now())
    }
  })

export const schemaRoute = plainRoute("POST", "/emulator/schema/:object", ({ request, params }) =>
  Effect.gen(function* () {
    const org = yield* Org
    const body = yield* readBody(request, Body)
    const name = params.object ?? ""
    if (body.create !== undefined && body.create !== false) {
      yield* createObject(org, name, body.create === true ? {} : body.create)
    }
    for (const words of listOf(body.addField)) yield* addField(org, yield* controlObject(name), words)
    yield* forEachField(
      org,
      name,
      listOf(body.changeField),
      (change) => change.name,
      (object, field, change) => changeField(org, object, field, change)
    )
    yield* forEachField(org, name, listOf(body.removeField), itself, (object, field) =>
      removeField(org, object, field)
    )
    yield* changeAccess(org, name, body)
    const object = yield* controlObject(name)
    return json({
      name: object.name,
      fields: object.fields.map((field) => field.name),
      lastModified: new Date(org.schema.changedAtOf(object)).toISOString()
    })
  })
)
