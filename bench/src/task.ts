/** What a measured program is told, as one JSON argument: where the data is and where it must go. */
export interface Task {
  readonly target: string
  /** Column → type of the engine that loads them, in the order of the pages' header. */
  readonly columns: Readonly<Record<string, string>>
  /** The gzip'd result pages, on local disk. */
  readonly pages: ReadonlyArray<string>
  readonly rows: number
  readonly object: string
  readonly query: string
  readonly url: string
  readonly accessToken: string
}

export const readTask = (): Task => JSON.parse(process.argv[2] ?? "{}") as Task

/** Every measured program ends by saying how many rows its target holds; a floor also how long its engine took. */
export const sayRows = (rows: unknown, engineSeconds?: number): void =>
  void process.stdout.write(`${[Number(rows), engineSeconds ?? []].flat().join(" ")}\n`)
