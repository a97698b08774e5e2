/** The Postgres destination under test: a database of its own for each folder. */
import { Redacted } from "effect"
import { postgres } from "../src/index.ts"
import type { PostgresServer } from "./postgres-server.ts"
import type { Subject } from "./subject.ts"

export const postgresSubject = (server: PostgresServer): Subject => ({
  name: "Postgres",
  connector: postgres,
  prepare: server.prepare,
  destination: (at) => ({
    type: "postgres",
    url: Redacted.make(server.urlOf(at)),
    schema: "salesforce",
    naming: "preserve",
    deletes: { soft: "mark", hard: "mark" },
    numbers: "double"
  })
})
