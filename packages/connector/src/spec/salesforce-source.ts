/** The `source` block of a spec for Salesforce: where the org is, how to log in, what to read. */
import { Duration, Effect, Schema } from "effect"
import { ApiName, DurationText, FieldPath, Name, ObjectGlob, Percentage, Secret } from "./values.ts"

const Text = Schema.String.check(Schema.isMinLength(1))

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/
const myDomain = /^https:\/\/[A-Za-z0-9.-]+(:\d+)?\/?$/

const Environment = Schema.String.check(
  Schema.makeFilter(
    (text) => text === "production" || text === "sandbox" || loopback.test(text) || myDomain.test(text),
    {
      expected:
        "production, sandbox or a My Domain URL such as https://acme.my.salesforce.com (http:// for 127.0.0.1 only)"
    }
  )
)

const Scopes = Schema.optionalKey(Schema.Array(Text))
const Keys = Schema.Union([Secret, Schema.NonEmptyArray(Secret)])

export const Auth = Schema.Union([
  Schema.Struct({
    method: Schema.Literal("oauth"),
    clientId: Schema.optionalKey(Text),
    clientSecret: Schema.optionalKey(Secret),
    scopes: Scopes
  }),
  Schema.Struct({
    method: Schema.Literal("jwt-bearer"),
    clientId: Text,
    username: Text,
    privateKey: Keys,
    passphrase: Schema.optionalKey(Secret),
    audience: Schema.optionalKey(Text)
  }),
  Schema.Struct({ method: Schema.Literal("client-credentials"), clientId: Text, clientSecret: Secret }),
  Schema.Struct({ method: Schema.Literal("device"), clientId: Text, scopes: Scopes }),
  Schema.Struct({ method: Schema.Literal("sf-cli"), username: Schema.optionalKey(Text) }),
  Schema.Struct({
    method: Schema.Literal("access-token"),
    accessToken: Secret,
    instanceUrl: Schema.optionalKey(Text)
  })
])
export type Auth = typeof Auth.Type

export const Fields = Schema.Union([Schema.Literals(["recommended", "all"]), Schema.NonEmptyArray(FieldPath)])
export type Fields = typeof Fields.Type

export const Roles = Schema.Struct({
  logo: Schema.optionalKey(ApiName),
  reference: Schema.optionalKey(ApiName),
  marketingRights: Schema.optionalKey(ApiName)
})
export type Roles = typeof Roles.Type

const Mask = Schema.Record(Schema.String, Schema.Literals(["hmac", "drop"]))

export const ObjectStream = Schema.Struct({
  object: ObjectGlob,
  /** The stream's name where two streams read one object; else the object's. */
  name: Schema.optionalKey(Name),
  fields: Schema.optionalKey(Fields),
  roles: Schema.optionalKey(Roles),
  /** Standard column name → the custom field whose value it takes. */
  substitute: Schema.optionalKey(Schema.Record(Schema.String, ApiName)),
  mask: Schema.optionalKey(Mask),
  where: Schema.optionalKey(Text),
  history: Schema.optionalKey(Schema.Boolean),
  refreshFields: Schema.optionalKey(Schema.Array(ApiName)),
  onMissing: Schema.optionalKey(Schema.Literals(["delete", "keep"]))
})
export type ObjectStream = typeof ObjectStream.Type

export const SoqlStream = Schema.Struct({
  name: Name,
  soql: Text,
  primaryKey: Schema.optionalKey(FieldPath),
  mask: Schema.optionalKey(Mask)
})
export type SoqlStream = typeof SoqlStream.Type

export const StreamSpec = Schema.Union([ObjectStream, SoqlStream])
export type StreamSpec = typeof StreamSpec.Type

const Budget = Schema.Struct({
  org: Percentage.pipe(Schema.withDecodingDefaultTypeKey(Effect.succeed(0.9))),
  own: Percentage.pipe(Schema.withDecodingDefaultTypeKey(Effect.succeed(0.25)))
})

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Parts = Schema.Struct({
  from: Schema.optionalKey(Count),
  rows: Schema.optionalKey(Count),
  jobs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 25 })))
})

export const SalesforceSource = Schema.Struct({
  type: Schema.Literal("salesforce"),
  environment: Environment,
  apiVersion: Schema.String.check(
    Schema.isPattern(/^(3[1-9]|[4-9]\d)\.0$/, { expected: 'an API version in quotes, such as "67.0"' })
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed("67.0"))),
  auth: Auth,
  /** Shares of the org's daily API calls; a bare percentage is `own`. */
  apiBudget: Schema.optionalKey(Schema.Union([Percentage, Budget])),
  /** Large objects are read whole by several Bulk jobs at once. */
  parts: Schema.optionalKey(Schema.Union([Schema.Literal("off"), Parts])),
  lookback: DurationText.pipe(Schema.withDecodingDefaultTypeKey(Effect.succeed(Duration.minutes(10)))),
  defaults: Schema.optionalKey(Schema.Struct({ fields: Schema.optionalKey(Fields) })),
  exclude: Schema.optionalKey(Schema.Array(ObjectGlob)),
  streams: Schema.NonEmptyArray(StreamSpec)
})
export type SalesforceSource = typeof SalesforceSource.Type

/** The name of a stream: its own, or its object's. */
export const streamName = (stream: StreamSpec): string =>
  "soql" in stream ? stream.name : (stream.name ?? stream.object)
