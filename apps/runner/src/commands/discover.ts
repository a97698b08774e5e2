/** `decant discover`: what the org has to offer, object by object or the fields of those that are named. */
import type { Catalog, CatalogField, CatalogObject, Source } from "@decant/connector"
import { Effect, Option, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { writeWhole } from "../files.ts"
import { findSource } from "../registry.ts"
import { readSpec } from "../spec-file.ts"
import { count, counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { type Cell, textTable } from "../terminal/text-table.ts"
import { specArgument, theScreen, theSpecFile } from "./flags.ts"

const notesOf = (object: CatalogObject): string =>
  object.unsupported === null ? (object.note ?? "") : `cannot be synced: ${object.unsupported}`

const objectRow = (object: CatalogObject): ReadonlyArray<Cell> => [
  object.name,
  object.label,
  object.api ?? "",
  object.rows === null ? null : count(object.rows),
  count(object.fields.length),
  count(object.fields.filter(({ formula }) => formula).length),
  notesOf(object)
]

const fieldRow = (field: CatalogField): ReadonlyArray<Cell> => [
  field.name,
  field.label,
  field.sourceType,
  field.type?.kind ?? null,
  [field.formula ? "formula" : "", field.note ?? ""].filter((note) => note !== "").join("; ")
]

const left = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, align: "left" as const }))
const right = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, align: "right" as const }))

const objectsText = ({ objects }: Catalog, screen: Screen): string =>
  textTable({
    columns: [
      ...left("object"),
      { name: "label", align: "left", spare: 3 },
      ...left("read by"),
      ...right("rows"),
      { name: "fields", align: "right", spare: 2 },
      { name: "formulas", align: "right", spare: 1 },
      ...left("notes")
    ],
    rows: objects.map(objectRow),
    surface: screen.out
  })

const fieldsText = ({ objects }: Catalog, screen: Screen): string =>
  objects
    .map((object) => {
      const rows = object.rows === null ? "" : `, about ${count(object.rows)} rows`
      const by = object.api === null ? "" : `, read by ${object.api}`
      const title = [`${object.name} (${object.label})${rows}${by}`, notesOf(object)].filter(
        (text) => text !== ""
      )
      const table = textTable({
        columns: left("field", "label", "type", "column", "notes"),
        rows: object.fields.map(fieldRow),
        surface: screen.out
      })
      return `${title.join("; ")}\n\n${table}`
    })
    .join("\n\n")

/** As other tools take it: `salesforce-emulator --schema-from org.json` makes an org of it. */
const save = Effect.fnUntraced(function* (source: Source, objects: ReadonlyArray<string>, path: string) {
  let saved = 0
  const described = source.describe(objects).pipe(
    Stream.map((object) => {
      saved++
      return `${saved === 1 ? "" : ",\n"}${JSON.stringify(object)}`
    })
  )
  const texts = Stream.make('{"objects":[\n').pipe(
    Stream.concat(described),
    Stream.concat(Stream.make("\n]}\n"))
  )
  yield* writeWhole(path, texts)
  return saved
})

export const discover = Command.make(
  "discover",
  {
    spec: specArgument,
    objects: Flag.String("object").pipe(
      Flag.withMetavar("X"),
      Flag.withDescription("Show the fields of this object (may be repeated)"),
      Flag.atLeast(0)
    ),
    save: Flag.String("save").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Save the descriptions as Salesforce sends them, such as org.json"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const { spec, folder } = yield* readSpec(yield* theSpecFile(input.spec), process.env)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const connector = yield* findSource(spec.source.type)
        const source = yield* connector.open({ spec, folder })
        const catalog = yield* source.discover(input.objects)
        if (Option.isSome(input.save)) {
          const saved = yield* save(source, input.objects, input.save.value)
          yield* screen.note(`Saved ${counted(saved, "object")} to ${input.save.value}.`)
        }
        if (screen.json) return yield* screen.answer(JSON.stringify(catalog))
        yield* screen.answer(
          input.objects.length === 0 ? objectsText(catalog, screen) : fieldsText(catalog, screen)
        )
      })
    )
  })
).pipe(
  Command.withDescription(
    "See which objects and fields the org has, about how many rows, and what reads them"
  ),
  Command.withExamples([
    { command: "decant discover acme.yaml", description: "All objects that can be synced" },
    { command: "decant discover acme.yaml --object Account", description: "The fields of one" },
    { command: "decant discover acme.yaml --save org.json", description: "For an emulator of this org" }
  ])
)
