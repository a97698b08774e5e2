/**
 * The structured request log: what clients asked for and what they were sent, in bytes as they left the socket.
 * Values of query parameters that carry secrets are never kept.
 */
import { Context, Layer } from "effect"

export interface LoggedRequest {
  readonly id: number
  readonly time: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  /** Bytes of the answer's body as sent, compressed if it was. */
  readonly bytes: number
  readonly durationMs: number
  /** API calls this request is charged against the org's daily limit. */
  readonly apiCalls: number
  readonly countedAgainstLimits: boolean
  /** `client=` of Sforce-Call-Options, else null. */
  readonly client: string | null
  readonly userAgent: string | null
  readonly contentEncoding: string | null
  /** The fault that struck, else null. */
  readonly fault: string | null
  /** How the answer ended when it did not end well. */
  readonly ended: "complete" | "reset" | "truncated" | "aborted"
}

/** What the handler of a request knows about it and the wire does not. */
export interface Annotation {
  readonly apiCalls?: number
}

const KEPT = 100_000

export class RequestLog extends Context.Service<
  RequestLog,
  {
    readonly record: (request: Omit<LoggedRequest, "id">) => void
    readonly list: () => ReadonlyArray<LoggedRequest>
    readonly clear: () => void
    /** Tells the log about the request whose Node message is `source`. */
    readonly annotate: (source: object, annotation: Annotation) => void
    readonly annotation: (source: object) => Annotation | undefined
  }
>()("salesforce-emulator/wire/RequestLog") {
  /** With `print`, each line also goes there as JSON. */
  static readonly layer = (print?: (line: string) => void) =>
    Layer.sync(RequestLog, () => {
      let count = 0
      let requests: Array<LoggedRequest> = []
      const annotations = new WeakMap<object, Annotation>()
      return RequestLog.of({
        record: (request) => {
          count += 1
          const line = { id: count, ...request }
          requests.push(line)
          if (requests.length > KEPT * 2) requests = requests.slice(-KEPT)
          print?.(JSON.stringify(line))
        },
        list: () => requests.slice(-KEPT),
        clear: () => {
          requests = []
        },
        annotate: (source, annotation) => {
          annotations.set(source, { ...annotations.get(source), ...annotation })
        },
        annotation: (source) => annotations.get(source)
      })
    })
}

const SECRET =
  /(^|&)(oauth_token|access_token|refresh_token|id_token|token|password|pw|client_secret|code|assertion|sid)=[^&]*/gi

export const withoutSecrets = (query: string): string => query.replace(SECRET, "$1$2=REDACTED")

/** Salesforce meters every API call except the list of versions; logins are not API calls. */
export const chargedCalls = (path: string): number =>
  /^\/+services\/+(data\/+v\d|soap\/|async\/|apexrest\/)/i.test(path) ? 1 : 0

export function clientOf(callOptions: string | undefined): string | null {
  const found = callOptions?.split(/[;,]/).find((part) => part.trim().toLowerCase().startsWith("client="))
  return found === undefined ? null : found.trim().slice("client=".length)
}
