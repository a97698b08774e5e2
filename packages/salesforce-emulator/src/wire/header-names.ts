/**
 * Header names as Salesforce writes them over HTTP/1.1. Their case should not matter, but clients that look names up in
 * a plain dictionary see other headers than those of an org when it differs.
 */
import type { ServerResponse } from "node:http"

const UNLIKE_THE_REST: Readonly<Record<string, string>> = {
  "sforce-numberofrecords": "Sforce-NumberOfRecords",
  "www-authenticate": "WWW-Authenticate",
  etag: "ETag"
}

const inTitleCase = (name: string): string => name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())

const isHeaders = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const renamed = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [UNLIKE_THE_REST[name] ?? inTitleCase(name), value])
  )

/** Whatever is written as the response's head goes out under these names. */
export function nameHeaders(response: ServerResponse): void {
  const { writeHead } = response
  response.writeHead = function (this: ServerResponse, ...args: ReadonlyArray<unknown>) {
    return Reflect.apply(
      writeHead,
      this,
      args.map((arg) => (isHeaders(arg) ? renamed(arg) : arg))
    )
  } as ServerResponse["writeHead"]
}
