/**
 * A result page on disk, inflated, in pieces of some megabytes that each begin with the header line. Destinations read
 * a file with one thread, since only from its beginning it is sure what is inside of a value, and a page may be all
 * that there is to read. So pages are cut where a record ends, which is known here: the records are counted.
 */
import { rm } from "node:fs/promises"
import type { SegmentFile } from "@decant/connector"
import { type OpenFile, openFile, type SpoolRoom } from "../spool-file.ts"
import { RecordCounter } from "./record-counter.ts"

interface Place {
  /** Of a piece: 0 is the first. */
  readonly pathOf: (piece: number) => string
  readonly room: SpoolRoom
  readonly pieceBytes: number
}

export class PagePieces {
  readonly counter = new RecordCounter()
  readonly #place: Place
  readonly #files: Array<SegmentFile> = []
  #open: { readonly path: string; readonly file: OpenFile } | null = null
  #bytes = 0
  #rows = 0
  #busy: Promise<void> = Promise.resolve()

  constructor(place: Place) {
    let said = false
    const notice = (text: string): void => {
      if (!said) place.room.notice(text)
      said = true
    }
    this.#place = { ...place, room: { ...place.room, notice } }
  }

  /** One after the other. */
  put(chunk: Uint8Array): Promise<void> {
    this.#busy = this.#put(chunk)
    return this.#busy
  }

  /** The pieces that have rows; nothing is put any more. */
  async end(): Promise<ReadonlyArray<SegmentFile>> {
    await this.#finish(this.counter.records)
    const empty = this.#files.filter(({ rows }) => rows === 0)
    await removeFiles(empty)
    return this.#files.filter((file) => !empty.includes(file))
  }

  /** Leaves nothing, whatever was going on. */
  async discard(): Promise<void> {
    this.#open?.file.giveUp()
    await this.#busy.catch(() => undefined)
    const path = this.#open?.path
    await this.#open?.file.close()
    await removeFiles([...this.#files, ...(path === undefined ? [] : [{ path }])])
  }

  async #put(chunk: Uint8Array): Promise<void> {
    this.counter.push(chunk)
    const isFull = this.#bytes + chunk.length >= this.#place.pieceBytes && this.counter.ended > this.#rows
    const cut = isFull ? this.counter.endIn(chunk) : 0
    if (cut === 0) return this.#append(chunk)
    await this.#append(chunk.subarray(0, cut))
    await this.#finish(this.counter.ended)
    if (cut < chunk.length) await this.#append(chunk.subarray(cut))
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { file } = this.#open ?? (await this.#begin())
    await file.append(bytes)
    this.#bytes += bytes.length
  }

  async #begin(): Promise<{ readonly file: OpenFile }> {
    const piece = this.#files.length
    const path = this.#place.pathOf(piece)
    const file = await openFile(path, this.#place.room)
    this.#open = { path, file }
    if (piece > 0) {
      const header = Buffer.from(this.counter.headerLine)
      await file.append(header)
      this.#bytes = header.length
    }
    return { file }
  }

  /** `rows`: of the page so far. */
  async #finish(rows: number): Promise<void> {
    if (this.#open === null) return
    const { path, file } = this.#open
    await file.close()
    this.#files.push({ path, gzip: false, rows: rows - this.#rows, bytes: this.#bytes })
    this.#open = null
    this.#bytes = 0
    this.#rows = rows
  }
}

export const removeFiles = async (files: ReadonlyArray<Pick<SegmentFile, "path">>): Promise<void> => {
  for (const { path } of files) await rm(path, { force: true })
}
