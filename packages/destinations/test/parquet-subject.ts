/** The Parquet destination under test, on the local disk. */
import { Duration } from "effect"
import { parquet } from "../src/index.ts"
import type { Subject } from "./subject.ts"

export const parquetSubject: Subject = {
  name: "Parquet",
  connector: parquet,
  destination: () => ({
    type: "parquet",
    path: "acme",
    schema: "salesforce",
    retention: Duration.hours(24),
    deletes: { soft: "mark", hard: "mark" },
    numbers: "double"
  })
}
