/** From what was given on the command line to a whole first spec: by questions on a terminal, by defaults elsewhere. */
import type { Failure } from "@decant/connector"
import { Effect } from "effect"
import type { Screen } from "../terminal/screen.ts"
import { askDestination, askEnvironment, askLogIn, askMethod, askObjects, askRoles } from "./ask-person.ts"
import { type OrgOffer, offerOf } from "./org-offer.ts"
import { roleCandidates } from "./role-suggestions.ts"
import { type StarterRoles, type StarterSpec, starterSpec, variablesOf } from "./starter-spec.ts"

/** What the command line says; what it leaves out is asked or has a default. */
export interface Given {
  readonly name: string
  readonly environment: string | undefined
  readonly method: StarterSpec["method"] | undefined
  readonly objects: ReadonlyArray<string>
  readonly roles: StarterRoles
  readonly destination: StarterSpec["destination"] | undefined
}

export interface Place {
  readonly file: string
  readonly folder: string
  readonly browser: boolean
  readonly screen: Screen
}

interface Chosen {
  readonly spec: StarterSpec
  /** The login works: it has been tried. */
  readonly loggedIn: boolean
}

const recommended = ["Account", "Contact", "Opportunity", "User"]

/** Variables that the text reads and this process does not have. */
export const unsetVariables = (text: string): ReadonlyArray<string> =>
  variablesOf(text).filter((variable) => !process.env[variable])

const suggestedRoles = (offer: OrgOffer): StarterRoles => {
  const fields = offer.account?.fields ?? []
  const found = (["logo", "reference", "marketingRights"] as const).flatMap((role) => {
    const field = roleCandidates(fields, role)[0]
    return field === undefined ? [] : [[role, field.name]]
  })
  return Object.fromEntries(found)
}

const draft = (given: Given, environment: string, method: StarterSpec["method"]): StarterSpec => ({
  name: given.name,
  environment,
  method,
  objects: given.objects.length > 0 ? given.objects : recommended,
  roles: given.roles,
  destination: given.destination ?? { type: "duckdb", path: `./${given.name}.duckdb` }
})

const orgOf = (place: Place, spec: StarterSpec) => offerOf({ ...place, text: starterSpec(spec) })

export const chooseByFlags = Effect.fnUntraced(function* (given: Given, fromOrg: boolean, place: Place) {
  const spec = draft(given, given.environment ?? "production", given.method ?? "oauth")
  if (!fromOrg) return { spec, loggedIn: false } satisfies Chosen
  const roles = { ...suggestedRoles(yield* orgOf(place, spec)), ...given.roles }
  return { spec: { ...spec, roles }, loggedIn: true } satisfies Chosen
})

/** What stands in the way of the login is told; the spec is written without the org's help. */
const offerOrNull = (place: Place, spec: StarterSpec) =>
  orgOf(place, spec).pipe(
    Effect.catch((failure: Failure) =>
      place.screen
        .complain(`Could not log in: ${failure.message}\nFix: ${failure.fix}\nGoing on without the org.`)
        .pipe(Effect.as(null))
    )
  )

export const chooseByQuestions = Effect.fnUntraced(function* (given: Given, place: Place) {
  const environment = given.environment ?? (yield* askEnvironment)
  const method = given.method ?? (yield* askMethod)
  const first = draft(given, environment, method)
  const canLogIn = unsetVariables(starterSpec(first)).length === 0
  const offer = canLogIn && (yield* askLogIn) ? yield* offerOrNull(place, first) : null
  const objects = given.objects.length > 0 ? given.objects : yield* askObjects(recommended, offer)
  const found = offer !== null && objects.includes("Account") ? yield* askRoles(offer) : {}
  const destination = given.destination ?? (yield* askDestination(given.name))
  const spec = { ...first, objects, roles: { ...found, ...given.roles }, destination }
  return { spec, loggedIn: offer !== null } satisfies Chosen
})
