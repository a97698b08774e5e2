/** The features of `--features`, in the order in which they build on each other. */
import { Schema, SchemaTransformation } from "effect"
import type { SObject } from "../field.ts"
import { customAddress } from "./custom-address.ts"
import type { Feature } from "./feature.ts"
import { geolocation } from "./geolocation.ts"
import { multiCurrency } from "./multi-currency.ts"
import { personAccounts } from "./person-accounts.ts"
import { recordTypes } from "./record-types.ts"
import { stateCountryPicklists } from "./state-country-picklists.ts"
import { territories } from "./territories.ts"

const features = {
  "record-types": recordTypes,
  "person-accounts": personAccounts,
  "custom-address": customAddress,
  geolocation,
  territories,
  "state-country-picklists": stateCountryPicklists,
  "multi-currency": multiCurrency
} satisfies Readonly<Record<string, Feature>>

export type FeatureName = keyof typeof features

export const featureNames = Object.keys(features) as ReadonlyArray<FeatureName>

/** Names with commas between them. */
export const FeatureList = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Schema.Literals(featureNames)),
    SchemaTransformation.transform({
      decode: (text: string): ReadonlyArray<FeatureName> =>
        text.split(",").filter((name) => name !== "") as unknown as ReadonlyArray<FeatureName>,
      encode: (names: ReadonlyArray<FeatureName>): string => names.join(",")
    })
  )
)

/** The named features, each before those that build on it. */
export const chosenFeatures = (names: ReadonlyArray<FeatureName>): ReadonlyArray<Feature> =>
  featureNames.filter((name) => names.includes(name)).map((name) => features[name])

export const extended = (
  objects: ReadonlyArray<SObject>,
  names: ReadonlyArray<FeatureName>
): ReadonlyArray<SObject> => chosenFeatures(names).reduce((sofar, feature) => feature.extend(sofar), objects)
