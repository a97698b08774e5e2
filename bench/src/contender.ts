/** One way to bring the data to a destination: a program that is measured as a whole process. */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { type Measured, measure, programPath } from "./measure.ts"
import type { Task } from "./task.ts"

export interface Contender {
  readonly name: string
  readonly destination: "duckdb" | "parquet" | "postgres"
  readonly role: "floor" | "decant" | "alternative"
  /** A fresh target each round, gone afterwards. */
  readonly run: (round: number) => Promise<Measured>
}

const checked = (measured: Measured, rows: number, name: string): Measured => {
  if (Number(measured.stdout.split(" ")[0]) !== rows)
    throw new Error(`${name} brought ${measured.stdout} of ${rows} rows`)
  return measured
}

/** A program of `programs/` that leaves a file. */
export const fileProgram = (
  of: Pick<Contender, "name" | "destination" | "role"> & {
    readonly program: string
    readonly folder: string
  },
  task: Omit<Task, "target">
): Contender => ({
  ...of,
  run: async (round) => {
    const target = join(of.folder, `${of.program}-${round}.db`)
    const measured = await measure(programPath(`./programs/${of.program}.ts`), [
      JSON.stringify({ ...task, target })
    ])
    rmSync(target)
    return checked(measured, task.rows, of.name)
  }
})

/** A program of `programs/` that fills the table `loaded` of a Postgres database. */
export const postgresProgram = (
  of: Pick<Contender, "name" | "role"> & { readonly program: string; readonly url: string },
  task: Omit<Task, "target">
): Contender => ({
  ...of,
  destination: "postgres",
  run: async () =>
    checked(
      await measure(programPath(`./programs/${of.program}.ts`), [
        JSON.stringify({ ...task, target: of.url })
      ]),
      task.rows,
      of.name
    )
})
