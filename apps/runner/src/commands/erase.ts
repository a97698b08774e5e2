/** `decant erase`: takes a person's record out of the copy, for good, and shows that it is gone. */
import { DurationText } from "@decant/connector"
import { Effect, Option } from "effect"
import { Argument, Command, Flag, Prompt } from "effect/cli"
import { type ErasedRecord, eraseRecord, incomplete } from "../erase/erase-record.ts"
import { RunnerError } from "../runner-error.ts"
import { readCopySpec } from "../spec-file.ts"
import { counted } from "../terminal/numbers.ts"
import type { Screen } from "../terminal/screen.ts"
import { textTable } from "../terminal/text-table.ts"
import { theScreen, theSpecFile } from "./flags.ts"
import { yesFlag } from "./org-flags.ts"

const comesBack =
  "If Salesforce still has the record, its next change brings it back, and so does the next sync if it changed a few minutes ago: delete it there for good first (out of the Recycle Bin too), run `decant sync`, then erase it here. Backups and other copies of the files are not touched."

const text = (erased: ErasedRecord, screen: Screen): string => {
  const places = new Map(erased.proof.map((entry) => [entry.place, entry]))
  const removed = new Map(erased.removed.map(({ place, rows }) => [place, rows]))
  return textTable({
    surface: screen.out,
    columns: [
      { name: "place", align: "left" },
      { name: "removed", align: "right" },
      { name: "found now", align: "right" },
      { name: "how it was looked for", align: "left" }
    ],
    rows: [...new Set([...removed.keys(), ...places.keys()])].map((place) => [
      place,
      removed.has(place) ? counted(removed.get(place) ?? 0, "row") : "",
      String(places.get(place)?.found ?? ""),
      places.get(place)?.method ?? ""
    ])
  })
}

const confirmed = Effect.fnUntraced(function* (screen: Screen, question: string) {
  if (screen.json || !process.stdin.isTTY || !process.stderr.isTTY) {
    return yield* RunnerError.usage("Erasing cannot be undone, and nobody can be asked here.", "Add `--yes`.")
  }
  return yield* Prompt.run(Prompt.Confirm({ message: question, initial: false })).pipe(
    Effect.orElseSucceed(() => false)
  )
})

export const erase = Command.make(
  "erase",
  {
    object: Argument.String("object").pipe(Argument.withDescription("The stream, e.g. Contact")),
    id: Argument.String("id").pipe(Argument.withDescription("The record's Id, of 15 or 18 characters")),
    yes: yesFlag,
    wait: Flag.String("wait").pipe(
      Flag.withMetavar("10m"),
      Flag.withDescription("How long to wait for another run that is at it"),
      Flag.withSchema(DurationText),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const screen = yield* theScreen
    const specFile = yield* readCopySpec(yield* theSpecFile(Option.none()), process.env)
    const question = `Erase ${input.object} ${input.id} from the copy, its history and its files? This cannot be undone.`
    if (!(input.yes || (yield* confirmed(screen, question)))) {
      yield* screen.note("Nothing was erased.")
      return
    }
    const erased = yield* eraseRecord({
      specFile,
      screen,
      object: input.object,
      id: input.id,
      wait: input.wait
    })
    yield* screen.answer(screen.json ? JSON.stringify(erased) : text(erased, screen))
    const left = incomplete(erased)
    if (left !== null) return yield* left
    const rows = erased.removed.reduce((sum, place) => sum + place.rows, 0)
    yield* screen.note(
      rows === 0
        ? `The copy held no row of ${erased.object} ${erased.id}; its files were written anew all the same.`
        : `Gone: ${counted(rows, "row")} of ${erased.object} ${erased.id}.`
    )
    yield* screen.note(comesBack)
  })
).pipe(
  Command.withDescription(
    "Take a person's record out of the copy, its history and its files, and show that it is gone"
  ),
  Command.withExamples([
    { command: "decant erase Contact 0035g00000Abc12AAB --spec acme.yaml", description: "Asks first" },
    {
      command: "decant erase Contact 0035g00000Abc12AAB --yes --json",
      description: "For a script; keep the answer as evidence"
    }
  ])
)
