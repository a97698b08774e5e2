/** Which rows an org starts with. */
import { Context, Effect, Layer } from "effect"
import { Org } from "../org/org.ts"
import { baseRecords } from "./base.ts"
import { demoRecords } from "./demo.ts"
import { BadDataset, loadCsv } from "./load-csv.ts"
import { Records } from "./records.ts"
import { scaleRecords } from "./scale.ts"

export interface DatasetOptions {
  readonly dataset: "demo" | "empty" | "scale"
  /** Rows of each object in the scale dataset. */
  readonly rows: Readonly<Record<string, number>>
  readonly load: ReadonlyArray<{ readonly object: string; readonly file: string }>
  readonly seed: number
}

const bornAt = "2019-01-01T00:00:00"

const checkRows = (org: Org["Service"], rows: Readonly<Record<string, number>>) => {
  const unknown = Object.keys(rows).filter((name) => org.schema.object(name) === undefined)
  return unknown.length === 0
    ? Effect.void
    : new BadDataset({
        message: `--rows: the org has no object ${unknown.join(", ")}`,
        fix: `use one of ${org.schema
          .all()
          .map(({ name }) => name)
          .join(", ")}`
      })
}

/** The rows the org starts with; building the layer fills the org. */
export class Dataset extends Context.Service<
  Dataset,
  {
    /** Empties the org and fills it again. */
    readonly refill: Effect.Effect<void>
  }
>()("salesforce-emulator/dataset/Dataset") {
  static readonly layer = (options: DatasetOptions) =>
    Layer.effect(
      Dataset,
      Effect.gen(function* () {
        const org = yield* Org
        yield* checkRows(org, options.rows)
        yield* fill(org, options)
        const empty = Effect.gen(function* () {
          org.ids.reset()
          for (const object of org.schema.all()) yield* org.store.createTable(object)
        })
        return Dataset.of({ refill: Effect.andThen(empty, Effect.orDie(fill(org, options))) })
      })
    )
}

const fill = (org: Org["Service"], options: DatasetOptions) =>
  Effect.gen(function* () {
    const records = new Records(org)
    if (options.dataset === "demo") demoRecords(org, records, options.seed)
    else baseRecords(org, records, bornAt)
    for (const { object, file } of options.load) yield* loadCsv(org, records, object, file)
    yield* records.write()
    if (options.dataset === "scale") yield* scaleRecords(org, options.rows, options.seed)
  })
