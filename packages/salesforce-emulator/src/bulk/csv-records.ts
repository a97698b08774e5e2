/** Where the records of a CSV end, when every value is quoted and may hold line ends. */

const QUOTE = 34
const LINE_FEED = 10

/** Counts records through a text that comes in pieces. */
export class RecordScanner {
  #inQuotes = false

  /**
   * Scans from `start` until `records` records have ended or the piece has. Gives the position after the last byte
   * read and how many records ended.
   */
  scan(bytes: Uint8Array, start: number, records: number): { readonly at: number; readonly ended: number } {
    let inQuotes = this.#inQuotes
    let ended = 0
    let at = start
    const { length } = bytes
    while (at < length && ended < records) {
      const byte = bytes[at]
      at += 1
      if (byte === QUOTE) inQuotes = !inQuotes
      else if (byte === LINE_FEED && !inQuotes) ended += 1
    }
    this.#inQuotes = inQuotes
    return { at, ended }
  }
}

/** The position after the first `records` records. */
export const afterRecords = (bytes: Uint8Array, records: number): number =>
  records === 0 ? 0 : new RecordScanner().scan(bytes, 0, records).at
