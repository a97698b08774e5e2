/** Which rows an org starts with. */
import { Context, Effect, Layer } from "effect"
import { chosenFeatures, type FeatureName } from "../org/features/features.ts"
import { Org } from "../org/org.ts"
import { baseRecords } from "./base.ts"
import { demoRecords } from "./demo.ts"
import { BadDataset, loadCsv } from "./load-csv.ts"
import { Records } from "./records.ts"
import { savedRecords } from "./saved-records.ts"
import { scaleRecords } from "./scale.ts"

export interface DatasetOptions {
  readonly dataset: "demo" | "empty" | "scale"
  /** Rows of each object in the scale dataset. */
  readonly rows: Readonly<Record<string, number>>
  /** Fields that objects have at least. */
  readonly columns?: Readonly<Record<string, number>>
  readonly load: ReadonlyArray<{ readonly object: string; readonly file: string }>
  readonly seed: number
  readonly features?: ReadonlyArray<FeatureName>
  /** The objects of a saved schema, which get synthetic rows. */
  readonly saved?: ReadonlyArray<string>
}

const bornAt = "2019-01-01T00:00:00"

const checkNames = (org: Org["Service"], flag: string, counts: Readonly<Record<string, number>> = {}) => {
  const unknown = Object.keys(counts).filter((name) => org.schema.object(name) === undefined)
  return unknown.length === 0
    ? Effect.void
    : new BadDataset({
        message: `${flag}: the org has no object ${unknown.join(", ")}`,
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
        yield* checkNames(org, "--rows", options.rows)
        yield* checkNames(org, "--columns", options.columns)
        yield* fill(org, options)
        const empty = Effect.gen(function* () {
          org.ids.reset()
          org.store.late.forget()
          for (const object of org.schema.all()) yield* org.store.createTable(object)
        })
        return Dataset.of({ refill: Effect.andThen(empty, Effect.orDie(fill(org, options))) })
      })
    )
}

const fill = (org: Org["Service"], options: DatasetOptions) =>
  Effect.gen(function* () {
    const { dataset, rows, seed, saved } = options
    const features = chosenFeatures(options.features ?? [])
    const records = new Records(org)
    if (dataset === "demo" && saved === undefined) demoRecords(org, records, seed)
    else baseRecords(org, records, bornAt)
    if (dataset === "demo" && saved !== undefined) savedRecords(org, records, saved, rows, seed)
    const added = {
      add: records.add.bind(records),
      change: records.change.bind(records)
    }
    for (const feature of features) feature.records?.(added, bornAt)
    for (const { object, file } of options.load) yield* loadCsv(org, records, object, file)
    records.write()
    if (dataset === "scale") yield* scaleRecords(org, rows, seed)
    for (const feature of features) {
      for (const sql of feature.fill?.(org) ?? []) yield* org.store.run(sql)
    }
  })
