/** What goes wrong on the wire, and at which requests it can: the refusals in Salesforce's own words. */
import type { Random } from "./random.ts"

export interface Request {
  readonly method: string
  /** Path and query. */
  readonly url: string
}

interface Action {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly resetAfterBytes?: number
  readonly truncateAfterBytes?: number
  readonly delayMs?: number
}

export interface Fault {
  readonly name: string
  readonly fits: (request: Request) => boolean
  /** As `POST /emulator/faults` takes it; null where the answer is only sent slowly. */
  readonly action: (request: Request, random: Random) => Action | null
}

const login = (request: Request): boolean => request.url.startsWith("/services/oauth2/")
const api = (request: Request): boolean => request.url.startsWith("/services/data/")
const any = (): boolean => true

const refusal = (status: number, errorCode: string, message: string, headers?: Action["headers"]) => () => ({
  status,
  body: [{ errorCode, message }],
  ...(headers === undefined ? {} : { headers })
})

const page = (status: number, title: string) => () => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
})

const jobOf = ({ url }: Request): string | null => /\/jobs\/query\/(\w+)(?:$|\?)/.exec(url)?.[1] ?? null

export const faults: ReadonlyArray<Fault> = [
  { name: "401", fits: api, action: refusal(401, "INVALID_SESSION_ID", "Session expired or invalid") },
  {
    name: "403 concurrent",
    fits: api,
    action: refusal(
      403,
      "REQUEST_LIMIT_EXCEEDED",
      "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    )
  },
  {
    name: "403 daily",
    fits: api,
    action: refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
  },
  { name: "420", fits: api, action: page(420, "Enhance Your Calm") },
  {
    name: "429",
    fits: any,
    action: refusal(429, "REQUEST_LIMIT_EXCEEDED", "Too many concurrent requests.", { "retry-after": "1" })
  },
  { name: "500", fits: any, action: refusal(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.") },
  { name: "502", fits: any, action: page(502, "Bad Gateway") },
  { name: "503 HTML", fits: any, action: page(503, "Service Unavailable") },
  { name: "lost answer", fits: any, action: () => ({ resetAfterBytes: 0 }) },
  { name: "reset", fits: any, action: (_, random) => ({ resetAfterBytes: random.integer(1, 4000) }) },
  { name: "truncated", fits: any, action: (_, random) => ({ truncateAfterBytes: random.integer(1, 4000) }) },
  { name: "late answer", fits: any, action: (_, random) => ({ delayMs: random.integer(200, 1200) }) },
  { name: "slow body", fits: any, action: () => null },
  {
    name: "failed job",
    fits: (request) => request.method === "GET" && jobOf(request) !== null,
    action: (request) => ({
      status: 200,
      body: {
        id: jobOf(request),
        operation: "queryAll",
        state: "Failed",
        errorMessage: "QUERY_TIMEOUT: Your query request was running for too long."
      }
    })
  },
  {
    name: "job gone",
    fits: ({ method, url }) => method === "GET" && /\/jobs\/query\/\w+/.test(url),
    action: refusal(404, "NOT_FOUND", "The requested resource does not exist")
  },
  {
    name: "expired locator",
    fits: ({ method, url }) => method === "GET" && (/\/query\/01g/.test(url) || /[?&]locator=/.test(url)),
    action: refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
  },
  {
    name: "query timeout",
    fits: ({ url }) => /\/queryAll\/?\?/.test(url),
    action: refusal(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
  },
  { name: "login fails", fits: login, action: page(503, "Service Unavailable") }
]
