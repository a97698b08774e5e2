/** `decant sosl` itself: what was found, by object. */
import { type OrgRecord, soslTerm } from "@decant/org"
import { Effect } from "effect"
import { RunnerError } from "../runner-error.ts"
import { counted } from "../terminal/numbers.ts"
import { textTable } from "../terminal/text-table.ts"
import { columnsOf, nested, rowOf } from "./flat-records.ts"
import { type OrgCommand, withOrg } from "./open-spec-org.ts"

interface SearchOrg extends OrgCommand {
  readonly statement: string
  /** A text to look for, not a statement. */
  readonly isText: boolean
}

const tooShort = RunnerError.usage("Salesforce searches for two characters or more.", "Give a longer text.")

const everywhere = (text: string): string =>
  `FIND {${soslTerm(text)}} IN ALL FIELDS RETURNING Account(Id, Name), Contact(Id, Name, Email), Lead(Id, Name, Email), Opportunity(Id, Name, StageName)`

const typeOf = ({ attributes }: OrgRecord): string =>
  typeof attributes === "object" && attributes !== null && "type" in attributes
    ? String(attributes.type)
    : "Record"

export const searchOrg = (of: SearchOrg) =>
  withOrg(of, ({ org, screen }) =>
    Effect.gen(function* () {
      if (of.isText && of.statement.trim().length < 2) return yield* tooShort
      const found = yield* org.search(of.isText ? everywhere(of.statement) : of.statement)
      if (screen.json) {
        const records = found.map((record) => ({ object: typeOf(record), ...nested(record) }))
        return yield* screen.answer(JSON.stringify({ records }))
      }
      const tables = [...Map.groupBy(found, typeOf)].map(([object, records]) => {
        const columns = columnsOf("", records)
        const rows = records.map((record) =>
          rowOf(record, columns).map((value) => (value === null ? null : String(value)))
        )
        const table = textTable({
          columns: columns.map((name) => ({ name, align: "left" })),
          rows,
          surface: screen.out
        })
        return `${screen.out.paint("bold", object)}\n${table}`
      })
      if (tables.length > 0) yield* screen.answer(tables.join("\n\n"))
      yield* screen.note(`${counted(found.length, "record")} found.`)
    })
  )
