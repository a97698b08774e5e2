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
    const { length } = bytes
    if (records <= 0) return { at: start, ended: 0 }
    let inQuotes = this.#inQuotes
    let ended = 0
    for (let at = start; at < length; at++) {
      const byte = bytes[at] as number
      // Most bytes are neither, and both are low.
      if (byte > QUOTE) continue
      if (byte === QUOTE) inQuotes = !inQuotes
      else if (byte === LINE_FEED && !inQuotes && ++ended === records) {
        this.#inQuotes = false
        return { at: at + 1, ended }
      }
    }
    this.#inQuotes = inQuotes
    return { at: length, ended }
  }
}

/** The position after the first `records` records. */
export const afterRecords = (bytes: Uint8Array, records: number): number =>
  records === 0 ? 0 : new RecordScanner().scan(bytes, 0, records).at
