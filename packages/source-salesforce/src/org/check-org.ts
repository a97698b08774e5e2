/** What `decant check` says about the org: the login, the calls that are left, each stream. */
import type { CheckLine, Spec } from "@decant/connector"
import { Effect } from "effect"
import type { ReadError } from "../read-error.ts"
import { type PlannedStream, planStreams } from "../streams/plan-streams.ts"
import type { OrgIdentity } from "./org-identity.ts"
import type { ApiUsage, SalesforceClient } from "./salesforce-client.ts"

const line = (name: string, detail: string): CheckLine => ({ name, status: "ok", detail, failure: null })

const callsLine = (usage: ApiUsage | null): CheckLine =>
  usage === null
    ? line("API calls", "the org does not say how many calls it has used")
    : line("API calls", `${usage.used} of ${usage.max} used in the last 24 hours`)

const streamLine = ({ plan, definition }: PlannedStream): CheckLine => {
  if (plan.status === "failed") {
    const { failure } = plan
    return { name: plan.stream, status: "fail", detail: failure.message, failure }
  }
  if (plan.status === "skipped") return line(plan.stream, `skipped: ${plan.reason}`)
  const cursor = definition?.cursorField ?? null
  const how = cursor === null ? "read whole each time" : `changes by ${cursor}`
  return {
    name: plan.stream,
    status: plan.warnings.length === 0 ? "ok" : "warn",
    detail: [`${plan.schema.columns.length} columns, ${how}`, ...plan.warnings].join("; "),
    failure: null
  }
}

export const checkOrg = (
  client: SalesforceClient,
  spec: Spec,
  identity: OrgIdentity
): Effect.Effect<ReadonlyArray<CheckLine>, ReadError> =>
  Effect.map(planStreams(client, spec, { checkpoints: {}, only: [], fullRefresh: [] }), (planned) => [
    line("login", `${identity.userName} in ${identity.orgName} (${identity.orgId})`),
    callsLine(client.apiUsage()),
    ...planned.map(streamLine)
  ])
