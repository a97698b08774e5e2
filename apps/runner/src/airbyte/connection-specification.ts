/**
 * The form that Airbyte shows for a connection, as JSON Schema draft 7: what `decant.yaml` has under `name` and
 * `source`, without what belongs to a destination of Decant's own. A data table; the spec's own schema decides what
 * is right.
 */
type Json = Readonly<Record<string, unknown>>

const secret = (title: string, order: number, description?: string): Json => ({
  type: "string",
  title,
  order,
  airbyte_secret: true,
  ...(description === undefined ? {} : { description })
})

const text = (title: string, order: number, description?: string): Json => ({
  type: "string",
  title,
  order,
  ...(description === undefined ? {} : { description })
})

const method = (name: string, title: string, required: ReadonlyArray<string>, properties: Json): Json => ({
  type: "object",
  title,
  required: ["method", ...required],
  properties: { method: { type: "string", const: name, order: 0 }, ...properties }
})

const methods: ReadonlyArray<Json> = [
  method("client-credentials", "Client credentials", ["clientId", "clientSecret"], {
    clientId: text("Consumer key", 1),
    clientSecret: secret("Consumer secret", 2)
  }),
  method("jwt-bearer", "JWT bearer", ["clientId", "username", "privateKey"], {
    clientId: text("Consumer key", 1),
    username: text("Username", 2, "The Salesforce user to act as"),
    privateKey: {
      ...secret("Private key", 3, "PEM, whose certificate the external client app has"),
      multiline: true
    }
  }),
  method("oauth", "Refresh token", ["clientId", "refreshToken"], {
    clientId: text("Consumer key", 1),
    clientSecret: secret("Consumer secret", 2),
    refreshToken: secret("Refresh token", 3, "Where the app rotates tokens, Airbyte is told each new one")
  }),
  method("access-token", "Access token (for a quick look)", ["accessToken"], {
    accessToken: secret("Access token", 1),
    instanceUrl: text("Instance URL", 2)
  })
]

export const connectionSpecification: Json = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Decant for Salesforce",
  type: "object",
  required: ["source"],
  additionalProperties: true,
  properties: {
    name: text("Name", 0, "Letters, digits, _ and -"),
    source: {
      type: "object",
      title: "Salesforce",
      order: 1,
      required: ["environment", "auth"],
      properties: {
        environment: text(
          "Environment",
          0,
          "production, sandbox, or the org's My Domain URL such as https://acme.my.salesforce.com"
        ),
        auth: { type: "object", title: "Authentication", order: 1, oneOf: methods },
        streams: {
          type: "array",
          title: "Objects",
          order: 2,
          description:
            "All that can be read when this is empty; docs/airbyte.md shows what else an entry may say",
          items: {
            type: "object",
            properties: {
              object: text("Object", 0, "An API name such as Account, or a pattern such as *__c")
            }
          }
        },
        exclude: {
          type: "array",
          title: "Objects to leave out",
          order: 3,
          items: { type: "string" }
        },
        lookback: text("Look-back", 4, "How far each sync reads back before the cursor, such as 10 minutes"),
        apiBudget: text(
          "API budget",
          5,
          "Share of the org's daily calls that this connection may use, such as 25%"
        ),
        apiVersion: text("API version", 6, "Such as 67.0")
      }
    }
  }
}
