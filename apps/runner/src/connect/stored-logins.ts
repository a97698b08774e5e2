/** `decant connect --list`, `--rename` and `--disconnect`: the logins that are stored beside a spec. */
import {
  disconnect,
  environmentName,
  type ListedConnection,
  listConnections,
  renameConnection
} from "@decant/auth"
import { failureReport, Name } from "@decant/connector"
import { Effect, Result, Schema } from "effect"
import { RunnerError } from "../runner-error.ts"
import type { Screen } from "../terminal/screen.ts"
import { type Cell, type TableColumn, textTable } from "../terminal/text-table.ts"

export interface LoginPlace {
  readonly folder: string
  readonly screen: Screen
}

const placeOf = ({ folder }: LoginPlace) => ({ folder, env: process.env })

const columns: ReadonlyArray<TableColumn> = [
  "name",
  "org",
  "environment",
  "user",
  "method",
  "connected",
  "last used"
].map((name) => ({ name, align: "left" }))

const minute = (instant: string): string => instant.slice(0, 16).replace("T", " ")

const rowOf = ({ name, connection }: ListedConnection): ReadonlyArray<Cell> => {
  if (Result.isFailure(connection)) return [name, connection.failure.message, "", "", "", "", ""]
  const { org, method, connectedAt, lastUsedAt, login } = connection.success
  return [
    name,
    org === null ? login : `${org.name} (${org.id})`,
    org === null ? "" : environmentName(org.isSandbox),
    org?.userName ?? "",
    method,
    minute(connectedAt),
    minute(lastUsedAt)
  ]
}

const jsonOf = ({ name, connection }: ListedConnection): unknown => {
  if (Result.isFailure(connection)) return { name, error: failureReport(connection.failure) }
  const { org, method, login, instanceUrl, clientId, connectedAt, lastUsedAt } = connection.success
  return {
    name,
    org: org === null ? null : { id: org.id, name: org.name },
    environment: org === null ? null : environmentName(org.isSandbox),
    user: org?.userName ?? null,
    method,
    login,
    instanceUrl,
    clientId,
    connectedAt,
    lastUsedAt
  }
}

export const listLogins = Effect.fnUntraced(function* (place: LoginPlace) {
  const { screen } = place
  const listed = yield* listConnections(placeOf(place))
  if (screen.json) return yield* screen.answer(JSON.stringify({ connections: listed.map(jsonOf) }))
  if (listed.length === 0) return yield* screen.answer("No login is stored here. `decant connect` makes one.")
  yield* screen.answer(textTable({ columns, rows: listed.map(rowOf), surface: screen.out }))
})

const isName = Schema.is(Name)

/** It becomes a file name. */
const checkName = (name: string): Effect.Effect<void, RunnerError> =>
  isName(name)
    ? Effect.void
    : Effect.fail(
        RunnerError.usage(
          `${JSON.stringify(name)} cannot be the name of a login.`,
          "Use letters, digits, _ and -, at most 63, beginning with a letter: the `name` of a spec."
        )
      )

export const renameLogin = Effect.fnUntraced(function* (place: LoginPlace, from: string, to: string) {
  yield* checkName(from)
  yield* checkName(to)
  yield* renameConnection(placeOf(place), from, to)
  const { screen } = place
  if (screen.json) return yield* screen.answer(JSON.stringify({ renamed: { from, to } }))
  yield* screen.answer(`The login ${from} is called ${to} now. It serves the spec with \`name: ${to}\`.`)
})

export const endLogin = Effect.fnUntraced(function* (place: LoginPlace, name: string) {
  yield* checkName(name)
  yield* disconnect(placeOf(place), name)
  const { screen } = place
  if (screen.json) return yield* screen.answer(JSON.stringify({ disconnected: name }))
  yield* screen.answer(`The login ${name} is revoked at Salesforce and removed here.`)
})
