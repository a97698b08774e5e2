/** jsforce as installed for this suite, typed as far as the tests use it. */
import { createRequire } from "node:module"
import { join } from "node:path"
import { inject } from "vitest"

// biome-ignore lint/suspicious/noExplicitAny: records and results are whatever the org sent
type Any = any
export type Fields = Readonly<Record<string, unknown>>

export interface Saved {
  readonly success: boolean
  readonly id?: string
  readonly created?: boolean
  readonly errors: ReadonlyArray<{ readonly statusCode?: string; readonly message: string }>
}

interface SObject {
  create(record: Fields): Promise<Saved>
  create(records: ReadonlyArray<Fields>, options?: Fields): Promise<Array<Saved>>
  retrieve(id: string): Promise<Any>
  retrieve(ids: ReadonlyArray<string>): Promise<Array<Any>>
  update(record: Fields): Promise<Saved>
  update(records: ReadonlyArray<Fields>, options?: Fields): Promise<Array<Saved>>
  upsert(record: Fields, externalId: string): Promise<Saved>
  upsert(records: ReadonlyArray<Fields>, externalId: string, options?: Fields): Promise<Array<Saved>>
  destroy(id: string): Promise<Saved>
  destroy(ids: ReadonlyArray<string>): Promise<Array<Saved>>
  describe(): Promise<Any>
  deleted(start: string, end: string): Promise<Any>
  updated(start: string, end: string): Promise<Any>
  recent(): Promise<Any>
  find(conditions: Fields, fields?: Fields): Any
}

interface QueryStream extends Promise<Any> {
  on(event: string, listener: (value: Any) => void): QueryStream
  run(options: Fields): Promise<Any>
}

interface Bulk2 {
  pollTimeout: number
  pollInterval: number
  query(soql: string, options?: Fields): Promise<NodeJS.ReadableStream & { toArray(): Promise<Array<Any>> }>
  loadAndWaitForResults(options: Fields): Promise<{
    readonly successfulResults: Array<Any>
    readonly failedResults: Array<Any>
    readonly unprocessedRecords: Array<Any>
  }>
}

export interface Connection {
  readonly accessToken: string
  readonly instanceUrl: string
  readonly refreshToken?: string
  readonly userInfo?: { readonly id: string; readonly organizationId: string }
  readonly limitInfo: { readonly apiUsage?: { readonly used: number; readonly limit: number } }
  readonly bulk2: Bulk2
  authorize(params: string | Fields): Promise<{ readonly id: string; readonly organizationId: string }>
  login(username: string, password: string): Promise<{ readonly id: string; readonly organizationId: string }>
  loginBySoap(
    username: string,
    password: string
  ): Promise<{ readonly id: string; readonly organizationId: string }>
  logout(): Promise<void>
  query(soql: string, options?: Fields): QueryStream
  queryMore(locator: string): Promise<Any>
  describe(object: string): Promise<Any>
  describeGlobal(): Promise<Any>
  identity(): Promise<Any>
  limits(): Promise<Any>
  search(sosl: string): Promise<Any>
  request(request: string | Fields): Promise<Any>
  requestPost(path: string, body: unknown): Promise<Any>
  sobject(name: string): SObject
  on(event: string, listener: (...values: Array<Any>) => void): void
}

interface JsForce {
  readonly Connection: new (config: Fields) => Connection
  readonly OAuth2: new (
    config: Fields
  ) => { getAuthorizationUrl(params: Fields): string; readonly codeVerifier: string }
}

export const jsforce = (): JsForce =>
  createRequire(join(inject("nodeClients"), "package.json"))("@jsforce/jsforce-node")
