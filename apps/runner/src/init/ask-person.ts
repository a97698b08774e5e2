/** The questions of `decant init`, asked on a terminal; what the flags say already is not asked. */
import type { CatalogObject } from "@decant/connector"
import { Effect } from "effect"
import { Prompt } from "effect/cli"
import { methods } from "../connect/chosen-auth.ts"
import { count } from "../terminal/numbers.ts"
import type { OrgOffer } from "./org-offer.ts"
import { type Role, roleCandidates } from "./role-suggestions.ts"
import type { StarterRoles, StarterSpec } from "./starter-spec.ts"

const methodTitles: Readonly<Record<StarterSpec["method"], string>> = {
  oauth: "In the browser, with your own user (oauth)",
  "jwt-bearer": "With a key, as an integration user: best for schedules (jwt-bearer)",
  "client-credentials": "With a client secret, as the app's user (client-credentials)",
  device: "By a code typed in on another device (device)",
  "sf-cli": "With the Salesforce CLI's login (sf-cli)",
  "access-token": "With an access token, for a quick try (access-token)"
}

export const askEnvironment = Effect.gen(function* () {
  const kind = yield* Prompt.run(
    Prompt.Select({
      message: "Which org?",
      choices: [
        { title: "Production or Developer Edition (login.salesforce.com)", value: "production" },
        { title: "Sandbox (test.salesforce.com)", value: "sandbox" },
        { title: "By its My Domain address", value: "domain" }
      ]
    })
  )
  if (kind !== "domain") return kind
  return yield* Prompt.run(
    Prompt.String({
      message: "The address, such as https://acme.my.salesforce.com",
      validate: (text) =>
        /^https:\/\/[A-Za-z0-9.-]+\/?$/.test(text) ||
        /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/?$/.test(text)
          ? Effect.succeed(text)
          : Effect.fail("An address begins with https:// and has no path.")
    })
  )
})

export const askMethod = Prompt.run(
  Prompt.Select({
    message: "How does Decant log in?",
    choices: methods.map((method) => ({ title: methodTitles[method], value: method }))
  })
)

export const askLogIn = Prompt.run(
  Prompt.Confirm({ message: "Log in now, to choose from your org's own objects and fields?", initial: true })
)

export const askCheck = Prompt.run(
  Prompt.Confirm({ message: "Check now whether a sync will work?", initial: true })
)

const objectTitle = (object: CatalogObject): string =>
  object.rows === null
    ? `${object.label} (${object.name})`
    : `${object.label} (${object.name}), about ${count(object.rows)} rows`

export const askObjects = (recommended: ReadonlyArray<string>, offer: OrgOffer | null) =>
  Prompt.run(
    Prompt.MultiSelect({
      message: "Which objects? (space chooses, enter goes on)",
      min: 1,
      choices: [
        ...recommended.map((object) => ({ title: object, value: object, selected: true })),
        ...(offer?.customObjects ?? []).map((object) => ({ title: objectTitle(object), value: object.name }))
      ]
    })
  )

const roleTitles: Readonly<Record<Role, string>> = {
  logo: "Which field of Account holds the customer's logo?",
  reference: "Which field says whether the customer is a reference?",
  marketingRights: "Which field says whether you may use the customer's name and logo?"
}

/** Asks only where the org has fields that look like the role. */
export const askRoles = Effect.fnUntraced(function* (offer: OrgOffer) {
  const roles: Record<string, string> = {}
  for (const role of ["logo", "reference", "marketingRights"] as const) {
    const candidates = roleCandidates(offer.account?.fields ?? [], role)
    if (candidates.length === 0) continue
    const field = yield* Prompt.run(
      Prompt.Select<string | null>({
        message: roleTitles[role],
        choices: [
          ...candidates.map(({ label, name, sourceType }) => ({
            title: `${label} (${name}, ${sourceType})`,
            value: name
          })),
          { title: "None of them", value: null }
        ]
      })
    )
    if (field !== null) roles[role] = field
  }
  return roles as StarterRoles
})

export const askDestination = Effect.fnUntraced(function* (name: string) {
  const type = yield* Prompt.run(
    Prompt.Select({
      message: "Where does the copy go?",
      choices: [
        { title: "DuckDB: one file beside the spec", value: "duckdb" as const },
        { title: "Parquet: Delta tables in a folder or on S3", value: "parquet" as const },
        { title: "Postgres", value: "postgres" as const }
      ]
    })
  )
  if (type === "postgres") return { type, path: "" }
  const usual = type === "duckdb" ? `./${name}.duckdb` : `./${name}`
  const path = yield* Prompt.run(
    Prompt.String({ message: type === "duckdb" ? "File" : "Folder or s3:// address", default: usual })
  )
  return { type, path }
})
