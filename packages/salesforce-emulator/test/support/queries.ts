/** Queries and records over the wire, as a client sends them. */
import { Effect } from "effect"
import { type Answer, EmulatedOrg } from "./emulated-org.ts"

const root = "/services/data/v67.0"

export const query = (soql: string, init?: RequestInit): Effect.Effect<Answer, never, EmulatedOrg> =>
  Effect.flatMap(EmulatedOrg, ({ call }) => call(`${root}/query?q=${encodeURIComponent(soql)}`, init))

export const queryAll = (soql: string): Effect.Effect<Answer, never, EmulatedOrg> =>
  Effect.flatMap(EmulatedOrg, ({ call }) => call(`${root}/queryAll?q=${encodeURIComponent(soql)}`))

/** One field of every record of the answer. */
export const values = (soql: string, field: string) =>
  Effect.map(query(soql), ({ json, text }) => {
    if (json?.records === undefined) throw new Error(text)
    return json.records.map(
      (record: Readonly<Record<string, unknown>>) => record[field]
    ) as ReadonlyArray<unknown>
  })

/** Sends a change to /emulator/records and returns what it changed. */
export const change = (object: string, body: unknown) =>
  Effect.flatMap(EmulatedOrg, ({ control }) =>
    Effect.map(control(`records/${object}`, body), ({ status, json, text }) => {
      if (status !== 200) throw new Error(text)
      return json as Readonly<Record<"inserted" | "updated" | "deleted" | "merged", ReadonlyArray<string>>>
    })
  )

export const truth = (object: string, search = "") =>
  Effect.flatMap(EmulatedOrg, ({ bare }) =>
    Effect.map(bare(`/emulator/truth/${object}${search}`), ({ text }) =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    )
  )
