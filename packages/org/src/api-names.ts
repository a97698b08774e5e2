/** Names and Ids that go into a path or a query: only what can be one, so that nothing else can be smuggled in. */
import { Effect } from "effect"
import { type OrgError, orgError } from "./org-error.ts"

const apiName = /^[A-Za-z][A-Za-z0-9_]*$/
const recordId = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/

const invalid = (what: string, text: string, fix: string): OrgError =>
  orgError("ORG_CALL_INVALID", {
    message: `${JSON.stringify(text.slice(0, 80))} cannot be ${what}.`,
    fix
  })

export const checkObject = (name: string): Effect.Effect<string, OrgError> =>
  apiName.test(name)
    ? Effect.succeed(name)
    : Effect.fail(
        invalid(
          "the API name of an object",
          name,
          "Use the API name, e.g. Account or Invoice__c; `decant objects` lists them."
        )
      )

export const checkField = (name: string): Effect.Effect<string, OrgError> =>
  apiName.test(name)
    ? Effect.succeed(name)
    : Effect.fail(
        invalid(
          "the API name of a field",
          name,
          "Use the API name, e.g. LastName or Tier__c; `decant describe OBJECT` lists them."
        )
      )

/** A value that stands in a path, where these would mean the folder above. */
export const checkKey = (value: string): Effect.Effect<string, OrgError> =>
  value === "" || value === "." || value === ".."
    ? Effect.fail(
        invalid(
          "an external id in a call",
          value,
          "Find the record with `decant soql` and use its Id instead."
        )
      )
    : Effect.succeed(value)

export const checkId = (id: string): Effect.Effect<string, OrgError> =>
  recordId.test(id)
    ? Effect.succeed(id)
    : Effect.fail(
        invalid(
          "a record's Id",
          id,
          "An Id has 15 or 18 letters and digits, e.g. 0015g00000Abc12AAB; the address of the record in Salesforce shows it."
        )
      )
