/**
 * A few rows in an empty org: where the number of rows is not the point, thousands cost each reading and each look at
 * the truth their time. Texts are such as CSV and JSON trip over; some rows lie in the recycle bin.
 */
import { Effect, Layer } from "effect"
import type { Row } from "../../salesforce-emulator/testing/emulator-process.ts"
import { Emulator, type Org } from "./emulator.ts"

const texts = [
  "Smith",
  'Said "yes", then\nleft',
  "N/A",
  "null",
  "Zoë 🚀",
  "O'Neil\r\n",
  "#N/A, \\N",
  " leading and trailing ",
  "Wrzesniewski-Ćwikła"
]
const hour = 3_600_000
const day = 24 * hour

/** Contacts, each an hour older than the one before, the newest of three days ago; every tenth is deleted. */
export const addContacts = Effect.fnUntraced(function* (org: Org, count: number, more: Row = {}) {
  const insert = Array.from({ length: count }, (_, at) => {
    const stamp = new Date(Date.now() - 3 * day - at * hour).toISOString()
    const text = texts[at % texts.length]
    return {
      LastName: `${text} ${at}`,
      FirstName: at % 3 === 0 ? null : "Ada",
      Title: at % 4 === 0 ? text : null,
      MailingCity: at % 2 === 0 ? text : null,
      MailingLatitude: at % 2 === 0 ? 48.137154 : null,
      MailingLongitude: at % 2 === 0 ? 11.576124 : null,
      IsDeleted: at % 10 === 9,
      Birthdate: at % 5 === 0 ? "1970-01-01" : null,
      CreatedDate: stamp,
      LastModifiedDate: stamp,
      SystemModstamp: stamp,
      ...more
    }
  })
  yield* org.records("Contact", { insert })
})

/** An empty org for a file's tests, with such rows. */
export const smallOrg = <A>(
  fill: (org: Org) => Effect.Effect<A>,
  ...args: ReadonlyArray<string>
): Layer.Layer<Emulator> =>
  Emulator.with("--dataset", "empty", ...args).pipe(
    Layer.tap((context) => Effect.provide(Effect.flatMap(Emulator, fill), context))
  )
