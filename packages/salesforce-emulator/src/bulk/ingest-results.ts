/** What became of the records of an ingest job, as the three CSV files its clients read. */
import { type FileHandle, open } from "node:fs/promises"
import { join } from "node:path"
import type { Outcome } from "../records/outcome.ts"
import type { SalesforceError } from "../server/salesforce-error.ts"
import type { Content } from "./ingest-content.ts"
import { DELIMITERS } from "./query-request.ts"
import type { CsvShape } from "./result-set.ts"

const RESULT_FILES = {
  successfulResults: ["sf__Id", "sf__Created"],
  failedResults: ["sf__Id", "sf__Error"],
  unprocessedrecords: []
} as const

export type ResultFile = keyof typeof RESULT_FILES

type Cells = ReadonlyArray<string | null>

const quote = (cell: string | null): string => `"${(cell ?? "").replaceAll('"', '""')}"`

export const resultHeader = (file: ResultFile, header: ReadonlyArray<string>, shape: CsvShape): string =>
  line([...RESULT_FILES[file], ...header], shape)

const line = (cells: Cells, { columnDelimiter, lineEnding }: CsvShape): string =>
  cells.map(quote).join(DELIMITERS[columnDelimiter]) + (lineEnding === "CRLF" ? "\r\n" : "\n")

const errorText = ({ errorCode, message, fields = [] }: SalesforceError): string =>
  `${errorCode}:${message}:${fields.length === 0 ? "--" : `${fields.join(",")} --`}`

/** Writes the three files of a job as its records are done. */
export class ResultWriter {
  readonly #files: Readonly<Record<ResultFile, FileHandle>>
  readonly #shape: CsvShape

  private constructor(files: Readonly<Record<ResultFile, FileHandle>>, shape: CsvShape) {
    this.#files = files
    this.#shape = shape
  }

  static async open(folder: string, header: ReadonlyArray<string>, shape: CsvShape): Promise<ResultWriter> {
    const start = async (file: ResultFile) => {
      const handle = await open(join(folder, `${file}.csv`), "w", 0o600)
      await handle.write(resultHeader(file, header, shape))
      return handle
    }
    const files = {
      successfulResults: await start("successfulResults"),
      failedResults: await start("failedResults"),
      unprocessedrecords: await start("unprocessedrecords")
    }
    return new ResultWriter(files, shape)
  }

  async outcomes(rows: Content["rows"], outcomes: ReadonlyArray<Outcome>): Promise<void> {
    let good = ""
    let bad = ""
    for (const [at, outcome] of outcomes.entries()) {
      const cells = rows[at] ?? []
      if (outcome.success) good += line([outcome.id, String(outcome.created), ...cells], this.#shape)
      else bad += line([outcome.id ?? "", errorText(outcome.error), ...cells], this.#shape)
    }
    if (good !== "") await this.#files.successfulResults.write(good)
    if (bad !== "") await this.#files.failedResults.write(bad)
  }

  async unprocessed(rows: Content["rows"]): Promise<void> {
    const text = rows.map((cells) => line(cells, this.#shape)).join("")
    if (text !== "") await this.#files.unprocessedrecords.write(text)
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#files).map((file) => file.close()))
  }
}
