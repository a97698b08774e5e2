/** Locators of result pages: opaque to clients, the same each time, readable as long as the job exists. */

export interface Place {
  /** Rows before the page. */
  readonly offset: number
  /** Rows of a page, for the requests that give only the locator. */
  readonly pageRows: number
}

export const locatorOf = (jobId: string, { offset, pageRows }: Place): string =>
  Buffer.from(`${offset}:${jobId}:${pageRows}`).toString("base64url")

/** The place of a locator, or undefined when it is none of this job's. */
export function placeOf(jobId: string, locator: string): Place | undefined {
  const [, offset, id, pageRows] =
    /^(\d+):(\w+):(\d+)$/.exec(Buffer.from(locator, "base64url").toString()) ?? []
  return id === jobId ? { offset: Number(offset), pageRows: Number(pageRows) } : undefined
}
