/**
 * One pass over the bytes of a CSV file before any of them is sent: where its records end, whether they all have
 * the header's number of values, and where to cut it into parts of a size that one job takes. No record becomes
 * a value. RFC 4180: https://www.rfc-editor.org/rfc/rfc4180
 */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { Effect } from "effect"
import { type OrgError, orgError } from "../org-error.ts"

interface FilePart {
  /** Bytes of the file: whole records, the header not among them. */
  readonly from: number
  readonly to: number
  readonly rows: number
}

export interface ScannedFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** The first record's text, without a byte order mark and line end. */
  readonly header: string
  readonly lineEnding: "LF" | "CRLF"
  readonly rows: number
  readonly parts: ReadonlyArray<FilePart>
}

const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BYTE_ORDER_MARK = "\uFEFF"

const invalid = (path: string, problem: string, fix: string): OrgError =>
  orgError("LOAD_FILE_INVALID", { message: `${path}: ${problem}.`, fix: `${fix} Nothing was sent.` })

const problemFix: Readonly<Record<string, string>> = {
  "stray quote":
    'Put values that contain a quote into quotes and double the quote: "5"" pipe". A spreadsheet\'s export does so.',
  "open quote": "Close the quotes of that record.",
  values: "Give every record as many values as the header has; separate them by commas.",
  "line end": "Use one kind of line end in the whole file; a spreadsheet's export does so.",
  empty: "Remove the empty lines."
}

class Unfit {
  readonly kind: keyof typeof problemFix
  readonly text: string
  constructor(kind: keyof typeof problemFix, text: string) {
    this.kind = kind
    this.text = text
  }
}

/** Where in the file a reader of text would look: the first line is 1. */
class Scanner {
  readonly #mostBytes: number
  readonly parts: Array<FilePart> = []
  #at = 0
  #line = 1
  #inside = false
  #openedAt = 1
  #previous = LINE_FEED
  #lastByte = LINE_FEED
  #values = 1
  #recordStart = 0
  #recordLine = 1
  #columns = 0
  #crlf = false
  #headerEnd = 0
  #partStart = 0
  #partRows = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get headerEnd(): number {
    return this.#headerEnd
  }

  get lineEnding(): "LF" | "CRLF" {
    return this.#crlf ? "CRLF" : "LF"
  }

  get rows(): number {
    return this.parts.reduce((sum, { rows }) => sum + rows, 0)
  }

  push(chunk: Uint8Array): void {
    const start = this.#at
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      // Nearly all bytes stand behind the comma in ASCII and mean nothing here.
      if (byte > COMMA) continue
      if (byte !== QUOTE && byte !== LINE_FEED && byte !== COMMA) continue
      this.#at = start + at
      this.#previous = at === 0 ? this.#lastByte : (chunk[at - 1] as number)
      this.#meet(byte)
    }
    this.#lastByte = chunk.at(-1) ?? this.#lastByte
    this.#at = start + chunk.length
  }

  #meet(byte: number): void {
    if (byte === QUOTE) this.#quote()
    else if (byte === LINE_FEED) this.#lineFeed()
    else if (!this.#inside) this.#values++
  }

  end(): void {
    if (this.#inside)
      throw new Unfit("open quote", `the quotes opened in line ${this.#openedAt} are not closed`)
    if (this.#at > this.#recordStart) this.#endRecord(this.#at, false)
    this.#cut(this.#at)
  }

  #quote(): void {
    if (this.#inside) this.#inside = false
    else {
      const opens = this.#previous === COMMA || this.#at === this.#recordStart
      if (!opens && this.#previous !== QUOTE) {
        throw new Unfit("stray quote", `line ${this.#line} has a quote inside a value that is not in quotes`)
      }
      if (opens) this.#openedAt = this.#line
      this.#inside = true
    }
  }

  #lineFeed(): void {
    this.#line++
    if (!this.#inside) this.#endRecord(this.#at + 1, true)
  }

  #endRecord(end: number, hasLineEnd: boolean): void {
    const crlf = hasLineEnd && this.#previous === CARRIAGE_RETURN
    if (this.#columns === 0) {
      this.#columns = this.#values
      this.#crlf = crlf
      this.#headerEnd = end
      this.#partStart = end
    } else this.#endRow(end, hasLineEnd, crlf)
    this.#recordStart = end
    this.#recordLine = this.#line
    this.#values = 1
  }

  #endRow(end: number, hasLineEnd: boolean, crlf: boolean): void {
    const bytes = end - this.#recordStart
    if (bytes <= (hasLineEnd ? 1 : 0) + (crlf ? 1 : 0)) {
      throw new Unfit("empty", `line ${this.#recordLine} is empty`)
    }
    if (this.#values !== this.#columns) {
      const text = `the record in line ${this.#recordLine} has ${this.#values} values, the header ${this.#columns}`
      throw new Unfit("values", text)
    }
    if (hasLineEnd && crlf !== this.#crlf) {
      throw new Unfit("line end", `line ${this.#recordLine} ends otherwise than the header`)
    }
    if (end - this.#partStart > this.#mostBytes && this.#partRows > 0) this.#cut(this.#recordStart)
    this.#partRows++
  }

  #cut(end: number): void {
    if (this.#partRows > 0) this.parts.push({ from: this.#partStart, to: end, rows: this.#partRows })
    this.#partStart = end
    this.#partRows = 0
  }
}

const reasonOf = (path: string, cause: unknown): OrgError => {
  if (cause instanceof Unfit) return invalid(path, cause.text, problemFix[cause.kind] ?? "Correct it.")
  if (cause instanceof TypeError) {
    return invalid(path, "it is not UTF-8 text", "Save the file as “CSV UTF-8”.")
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"
  return code === "ENOENT"
    ? invalid(path, "there is no such file", "Correct the name.")
    : invalid(path, `it cannot be read (${code})`, "Check the path and its permissions.")
}

/** The first record ends within this. */
const LONGEST_HEADER = 1_000_000

export const scanCsv = (path: string, mostBytes: number): Effect.Effect<ScannedFile, OrgError> =>
  Effect.tryPromise({
    try: async () => {
      const scanner = new Scanner(mostBytes)
      const hash = createHash("sha256")
      const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      let head = Buffer.alloc(0)
      let bytes = 0
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
        const read: Buffer = chunk
        utf8.decode(read, { stream: true })
        hash.update(read)
        scanner.push(read)
        if (head.length < LONGEST_HEADER) head = Buffer.concat([head, read])
        bytes += read.length
      }
      utf8.decode()
      scanner.end()
      const header = head
        .subarray(0, scanner.headerEnd)
        .toString("utf8")
        .replace(/\r?\n$/, "")
      return {
        path,
        bytes,
        sha256: hash.digest("hex"),
        header: header.startsWith(BYTE_ORDER_MARK) ? header.slice(1) : header,
        lineEnding: scanner.lineEnding,
        rows: scanner.rows,
        parts: scanner.parts
      }
    },
    catch: (cause) => reasonOf(path, cause)
  }).pipe(
    Effect.filterOrFail(
      ({ header }) => header.trim() !== "",
      () => invalid(path, "it is empty", "The first line must name the fields.")
    )
  )
