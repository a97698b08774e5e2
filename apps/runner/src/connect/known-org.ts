/**
 * Whose org a connection is and since when, as the last login told. Logins that are stored say it themselves; for
 * the others it is kept beside the spec. Nothing in it is secret.
 */
import { join } from "node:path"
import { environmentName } from "@decant/auth"
import { Effect, Option, Schema } from "effect"
import { readText, removeAll, writeDurably } from "../files.ts"

const KnownOrg = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["production", "sandbox"]),
  user: Schema.String,
  connectedAt: Schema.String
})
export type KnownOrg = typeof KnownOrg.Type

const Json = Schema.fromJsonString(KnownOrg)
const decode = Schema.decodeUnknownOption(Json)

interface Place {
  readonly folder: string
  readonly name: string
}

const fileOf = ({ folder, name }: Place): string => join(folder, ".decant", `${name}.org.json`)

/** Null where nobody has logged in yet. */
export const readKnownOrg = (place: Place) =>
  readText(fileOf(place)).pipe(
    Effect.map((text) => Option.getOrNull(decode(text ?? ""))),
    Effect.orElseSucceed(() => null)
  )

export const keepKnownOrg = (place: Place, org: KnownOrg) =>
  writeDurably(fileOf(place), `${JSON.stringify(org)}\n`)

export const forgetKnownOrg = (place: Place) => removeAll(fileOf(place))

export const knownOrg = (
  identity: { readonly orgId: string; readonly orgName: string; readonly userName: string },
  isSandbox: boolean,
  connectedAt: string
): KnownOrg => ({
  id: identity.orgId,
  name: identity.orgName,
  kind: environmentName(isSandbox),
  user: identity.userName,
  connectedAt
})
