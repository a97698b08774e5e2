/** `decant record`: reads and changes single records. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { theScreen, theSpecFile } from "./flags.ts"
import { asFlag, objectArgument, yesFlag } from "./org-flags.ts"

/** Loaded when asked for: it brings the way to the org. */
const loadActions = Effect.promise(() => import("../org/record-actions.ts"))

const idArgument = Argument.String("id").pipe(Argument.withDescription("The record's Id"))
const valuesArgument = Argument.String("json").pipe(
  Argument.withDescription("The values as JSON, or @file, or - for standard input")
)

const theCommand = Effect.fnUntraced(function* (name: string, as: Option.Option<string>) {
  const screen = yield* theScreen
  const file = yield* theSpecFile(Option.none())
  return { screen, file, as, by: `decant record ${name}`, actions: yield* loadActions }
})

const get = Command.make(
  "get",
  {
    object: objectArgument,
    id: idArgument,
    fields: Flag.String("fields").pipe(
      Flag.withMetavar("A,B"),
      Flag.withDescription("Only these fields"),
      Flag.optional
    ),
    as: asFlag
  },
  Effect.fnUntraced(function* ({ object, id, fields, as }) {
    const { actions, ...command } = yield* theCommand("get", as)
    const names = Option.getOrElse(fields, () => "").split(",")
    const wanted = names.map((name) => name.trim()).filter((name) => name !== "")
    yield* actions.getRecord({ ...command, object, id, fields: wanted })
  })
).pipe(Command.withDescription("Show a record"))

const create = Command.make(
  "create",
  { object: objectArgument, values: valuesArgument, as: asFlag },
  Effect.fnUntraced(function* ({ object, values, as }) {
    const { actions, ...command } = yield* theCommand("create", as)
    yield* actions.createRecord({ ...command, object, values })
  })
).pipe(Command.withDescription("Make a record"))

const update = Command.make(
  "update",
  { object: objectArgument, id: idArgument, values: valuesArgument, as: asFlag },
  Effect.fnUntraced(function* ({ object, id, values, as }) {
    const { actions, ...command } = yield* theCommand("update", as)
    yield* actions.updateRecord({ ...command, object, id, values })
  })
).pipe(Command.withDescription("Change the given fields of a record"))

const upsert = Command.make(
  "upsert",
  {
    object: objectArgument,
    values: valuesArgument,
    externalId: Flag.String("external-id").pipe(
      Flag.withMetavar("FIELD"),
      Flag.withDescription("The field by whose value the record is found")
    ),
    as: asFlag
  },
  Effect.fnUntraced(function* ({ object, values, externalId, as }) {
    const { actions, ...command } = yield* theCommand("upsert", as)
    yield* actions.upsertRecord({ ...command, object, values, externalId })
  })
).pipe(Command.withDescription("Change the record with this external id, or make it"))

const remove = Command.make(
  "delete",
  {
    object: objectArgument,
    ids: Argument.String("id").pipe(
      Argument.withDescription("The records' Ids"),
      Argument.variadic({ min: 1 })
    ),
    yes: yesFlag,
    as: asFlag
  },
  Effect.fnUntraced(function* ({ object, ids, yes, as }) {
    const { actions, ...command } = yield* theCommand("delete", as)
    yield* actions.deleteRecords({ ...command, object, ids, yes })
  })
).pipe(Command.withDescription("Move records to the Recycle Bin"))

export const record = Command.make("record").pipe(
  Command.withDescription("Read and change single records of the org; every write is logged"),
  Command.withSubcommands([get, create, update, upsert, remove]),
  Command.withExamples([
    { command: "decant record get Account 0015g00000Abc12AAB --fields Name,Industry", description: "Read" },
    { command: `decant record create Contact '{"LastName": "Meier"}'`, description: "Make" },
    { command: `decant record update Account 0015g00000Abc12AAB '{"Phone": null}'`, description: "Change" },
    {
      command: "decant record upsert Account @acme.json --external-id Key__c",
      description: "Change or make"
    },
    { command: "decant record delete Account 0015g00000Abc12AAB", description: "Delete" }
  ])
)
