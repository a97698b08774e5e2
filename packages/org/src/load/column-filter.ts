/** Byte transforms of CSV records: the wanted columns only, or something put before each record. */
const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

class ColumnFilter {
  readonly #keep: ReadonlyArray<boolean>
  /** A kept column that has another kept one before it. */
  readonly #comma: ReadonlyArray<boolean>
  #inside = false
  #column = 0

  constructor(keep: ReadonlyArray<boolean>) {
    this.#keep = keep
    this.#comma = keep.map((kept, at) => kept && keep.slice(0, at).includes(true))
  }

  push(chunk: Uint8Array): Uint8Array {
    const out = Buffer.allocUnsafe(chunk.length)
    let length = 0
    for (const byte of chunk) {
      if (this.#passes(byte)) out[length++] = byte
    }
    return out.subarray(0, length)
  }

  #passes(byte: number): boolean {
    if (byte === QUOTE) this.#inside = !this.#inside
    if (this.#inside) return this.#keep[this.#column] === true
    if (byte === COMMA) {
      this.#column++
      return this.#comma[this.#column] === true
    }
    if (byte === LINE_FEED) {
      this.#column = 0
      return true
    }
    // The line end of CRLF, whatever becomes of the last column.
    if (byte === CARRIAGE_RETURN && this.#column === this.#keep.length - 1) return true
    return this.#keep[this.#column] === true
  }
}

/** Keeps the columns whose flag is true. Chunks may end anywhere. */
export const keepColumns = (keep: ReadonlyArray<boolean>): ((chunk: Uint8Array) => Uint8Array) => {
  const filter = new ColumnFilter(keep)
  return (chunk) => filter.push(chunk)
}

/** Puts the text before each record; the header is not among the bytes. */
export const beforeEachRecord = (text: string): ((chunk: Uint8Array) => Uint8Array) => {
  const prefix = Buffer.from(text)
  let inside = false
  let atStart = true
  return (chunk) => {
    const pieces: Array<Uint8Array> = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      if (atStart) {
        pieces.push(chunk.subarray(from, at), prefix)
        from = at
        atStart = false
      }
      const byte = chunk[at]
      if (byte === QUOTE) inside = !inside
      else if (byte === LINE_FEED && !inside) atStart = true
    }
    pieces.push(chunk.subarray(from))
    return Buffer.concat(pieces)
  }
}

/** Counts records; the header is not among the bytes. */
export const recordCount = (): {
  readonly push: (chunk: Uint8Array) => void
  readonly total: () => number
} => {
  let inside = false
  let records = 0
  let last = LINE_FEED
  return {
    push: (chunk) => {
      for (const byte of chunk) {
        if (byte === QUOTE) inside = !inside
        else if (byte === LINE_FEED && !inside) records++
      }
      last = chunk.at(-1) ?? last
    },
    total: () => records + (last === LINE_FEED ? 0 : 1)
  }
}

const csvValue = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

export const csvRecord = (values: ReadonlyArray<string>): string => values.map(csvValue).join(",")
