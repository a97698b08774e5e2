/** The DuckDB destination under test. */
import { Duration } from "effect"
import { duckdb } from "../src/index.ts"
import type { Subject } from "./subject.ts"

export const duckdbSubject: Subject = {
  name: "DuckDB",
  connector: duckdb,
  destination: () => ({
    type: "duckdb",
    path: "acme.duckdb",
    schema: "salesforce",
    lockTimeout: Duration.seconds(20),
    deletes: { soft: "mark", hard: "mark" },
    numbers: "double"
  })
}
