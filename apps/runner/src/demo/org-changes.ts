/** What happens in the demo's org between the two syncs: an ordinary day of a sales and a marketing team. */
import { Effect, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpClientResponse } from "effect/http"
import { RunnerError } from "../runner-error.ts"
import { count } from "../terminal/numbers.ts"
import type { Customer } from "./customer-table.ts"

interface Change {
  readonly object: string
  readonly body: Readonly<Record<string, ReadonlyArray<unknown>>>
}

const Inserted = Schema.Struct({ inserted: Schema.optionalKey(Schema.Array(Schema.String)) })

const apply = (url: string, { object, body }: Change) =>
  HttpClientRequest.post(`${url}/emulator/records/${object}`).pipe(
    HttpClientRequest.bodyJson(body),
    Effect.flatMap(HttpClient.execute),
    Effect.flatMap(HttpClientResponse.filterStatusOk),
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Inserted)),
    Effect.map(({ inserted }) => inserted?.[0] ?? null),
    Effect.mapError(
      () =>
        new RunnerError({
          code: "DEMO_FAILED",
          message: `The records of ${object} in the local org could not be changed.`,
          fix: "Run the demo again; if it happens again, report it."
        })
    )
  )

const opportunity = (accountId: string | null, name: string, amount: number) => ({
  AccountId: accountId,
  Name: name,
  StageName: "Proposal/Price Quote",
  Amount: amount,
  CloseDate: "2027-03-31"
})

/** Changes a few records and says what it did, a line each. */
export const changeOrg = Effect.fnUntraced(function* (url: string, customers: ReadonlyArray<Customer>) {
  const told: Array<string> = []
  const asked = customers.find(({ logo, reference }) => logo && reference !== "Public reference")
  if (asked !== undefined) {
    const agreed = {
      Id: asked.id,
      Reference_Status__c: "Public reference",
      Marketing_Rights__c: "Logo, quote and case study"
    }
    yield* apply(url, { object: "Account", body: { update: [agreed] } })
    told.push(`${asked.account} agrees to be a public reference and to a case study`)
  }
  const shy = customers.find(({ logo }) => !logo)
  if (shy !== undefined) {
    yield* apply(url, { object: "Account", body: { update: [{ Id: shy.id, Customer_Logo__c: true }] } })
    told.push(`${shy.account} lets us show its logo`)
  }
  const growing = customers.find(({ id, logo }) => logo && id !== asked?.id)
  if (growing !== undefined) {
    yield* apply(url, {
      object: "Opportunity",
      body: { insert: [opportunity(growing.id, `${growing.account} – expansion`, 250_000)] }
    })
    told.push(`${growing.account} gets a new opportunity of ${count(250_000)}`)
  }
  const newcomer = yield* apply(url, {
    object: "Account",
    body: {
      insert: [
        {
          Name: "Zürich Analytics AG",
          Industry: "Technology",
          Customer_Logo__c: true,
          Reference_Status__c: "Asked",
          Marketing_Rights__c: "Logo"
        }
      ]
    }
  })
  yield* apply(url, {
    object: "Opportunity",
    body: { insert: [opportunity(newcomer, "Zürich Analytics AG – first year", 120_000)] }
  })
  told.push(`Zürich Analytics AG becomes an account, with an opportunity of ${count(120_000)}`)
  return told
})
