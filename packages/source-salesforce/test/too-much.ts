/** An org that gives up on queries of more rows than so many, by Bulk and by REST, as Salesforce does on huge ones. */
import type { Between, Passing } from "./between.ts"

const failure = "Unexpected exception encountered in query processing: retried more than fifteen times"

export interface TooMuch {
  readonly between: Between
  /** The queries of the jobs that were made, in order, and whether they failed. */
  readonly jobs: () => ReadonlyArray<{ readonly query: string; readonly failed: boolean }>
  /** The rows that were asked for by REST. */
  readonly queries: () => ReadonlyArray<string>
}

const isEdge = (query: string): boolean => query.includes("ORDER BY") || query.includes("COUNT()")

export const tooMuch = (origin: string, mostRows: number, refusesBulk = false): TooMuch => {
  const jobs = new Map<string, { query: string; failed: boolean }>()
  const queries: Array<string> = []

  const count = async (query: string, { headers }: Passing): Promise<number> => {
    const counting = query.replace(/^SELECT .* FROM /, "SELECT COUNT() FROM ")
    const url = `${origin}/services/data/v67.0/queryAll?q=${encodeURIComponent(counting)}`
    const reply = await fetch(url, { headers: { authorization: headers.authorization ?? "" } })
    const { totalSize } = (await reply.json()) as { totalSize: number }
    return totalSize
  }

  const answer = async (call: Passing) => {
    const url = new URL(call.path, origin)
    const query = url.searchParams.get("q")
    if (query !== null && url.pathname.endsWith("/queryAll") && !isEdge(query)) {
      queries.push(query)
      if ((await count(query, call)) > mostRows) {
        return {
          status: 400,
          body: [{ errorCode: "QUERY_TIMEOUT", message: "Your query was running for too long." }]
        }
      }
    }
    if (refusesBulk && call.method === "POST" && url.pathname.endsWith("/jobs/query")) {
      jobs.set(`refused ${jobs.size}`, { query: call.body, failed: true })
      return {
        status: 400,
        body: [{ errorCode: "INVALIDENTITY", message: "It is not supported by the Bulk API" }]
      }
    }
    const [, id = ""] = /\/jobs\/query\/(750\w+)$/.exec(url.pathname) ?? []
    const job = jobs.get(id)
    if (call.method !== "GET" || job === undefined || (await count(job.query, call)) <= mostRows) return null
    job.failed = true
    return { status: 200, body: { id, state: "Failed", errorMessage: failure } }
  }

  const saw = (call: Passing, reply: string): void => {
    if (call.method !== "POST" || !call.path.endsWith("/jobs/query")) return
    const { id } = JSON.parse(reply) as { id: string }
    const { query } = JSON.parse(call.body) as { query: string }
    jobs.set(id, { query, failed: false })
  }

  return { between: { answer, saw }, jobs: () => [...jobs.values()], queries: () => queries }
}
