/** The text of a first spec file: what was chosen, with a comment wherever a person will want to know more. */
import type { Method } from "../connect/chosen-auth.ts"

export interface StarterRoles {
  readonly logo?: string
  readonly reference?: string
  readonly marketingRights?: string
}

export interface StarterSpec {
  readonly name: string
  /** production, sandbox or a My Domain URL. */
  readonly environment: string
  readonly method: Method
  readonly objects: ReadonlyArray<string>
  /** Of Account. */
  readonly roles: StarterRoles
  readonly destination: {
    readonly type: "duckdb" | "parquet" | "postgres"
    /** A file, a folder or s3:// address; not for postgres, whose URL is a secret. */
    readonly path: string
  }
}

/** A YAML scalar: as it stands where that is safe, in quotes where it is not. */
const scalar = (text: string): string =>
  /^[A-Za-z0-9_./][\w./:@-]*$/.test(text) ? text : JSON.stringify(text)

const authLines: Readonly<Record<Method, (name: string) => ReadonlyArray<string>>> = {
  oauth: () => [
    "method: oauth                        # log in with the browser: `decant connect`",
    "clientId: ${SALESFORCE_CLIENT_ID}    # the consumer key of your external client app: docs/connect.md"
  ],
  "jwt-bearer": (name) => [
    "method: jwt-bearer                   # no secret leaves this machine: best for schedules",
    "clientId: ${SALESFORCE_CLIENT_ID}    # the consumer key of your external client app",
    "username: ${SALESFORCE_USERNAME}     # the Salesforce user that Decant acts as",
    `privateKey: { file: ./${name}.key }   # \`decant connect --generate-key\` makes it`
  ],
  "client-credentials": () => [
    "method: client-credentials           # acts as the app's run-as user",
    "clientId: ${SALESFORCE_CLIENT_ID}    # the consumer key of your external client app",
    "clientSecret: ${SALESFORCE_CLIENT_SECRET}"
  ],
  device: () => [
    "method: device                       # log in on another device by a code: `decant connect`",
    "clientId: ${SALESFORCE_CLIENT_ID}    # the consumer key of your external client app"
  ],
  "sf-cli": () => [
    "method: sf-cli                       # the login of the Salesforce CLI (`sf org login web`); not for schedules",
    "# username: you@example.com          # default: the CLI's default org"
  ],
  "access-token": () => [
    "method: access-token                 # for a quick try: the token ends with its session",
    "accessToken: ${SALESFORCE_ACCESS_TOKEN}"
  ]
}

/** Variables that the spec reads, in the order in which they stand in it. */
export const variablesOf = (text: string): ReadonlyArray<string> => [
  ...new Set([...text.matchAll(/^[^#\n]*?\$\{(\w+)\}/gm)].map((match) => match[1] ?? ""))
]

const roleLine = (name: string, field: string | undefined, example: string): string =>
  field === undefined ? `#   ${name}: ${example}` : `    ${name}: ${field}`

const rolesLines = (roles: StarterRoles): ReadonlyArray<string> => {
  const any = Object.values(roles).some((field) => field !== undefined)
  return [
    "# The view account_roles shows these fields under one name each, whatever your org calls them.",
    any ? "  roles:" : "# roles:",
    roleLine("logo", roles.logo, "Customer_Logo__c"),
    roleLine("reference", roles.reference, "Reference_Status__c"),
    roleLine("marketingRights", roles.marketingRights, "Marketing_Rights__c")
  ].map((line) => (line.startsWith("#") ? `      ${line}` : `    ${line}`))
}

const streamLines = ({ objects, roles }: StarterSpec): ReadonlyArray<string> =>
  objects.flatMap((object) => [
    `    - object: ${scalar(object)}`,
    ...(object === "Account" ? rolesLines(roles) : [])
  ])

const destinationLines = ({ destination }: StarterSpec): ReadonlyArray<string> => {
  switch (destination.type) {
    case "duckdb":
      return [
        "type: duckdb                         # one file that every analysis tool opens",
        `path: ${scalar(destination.path)}`
      ]
    case "parquet":
      return [
        "type: parquet                        # Delta tables: a folder, or s3://bucket/prefix",
        `path: ${scalar(destination.path)}`
      ]
    case "postgres":
      return ["type: postgres                       # 15 or newer", "url: ${DATABASE_URL}"]
  }
}

export const starterSpec = (spec: StarterSpec): string =>
  [
    "# yaml-language-server: $schema=./decant.schema.json",
    "version: 1",
    `name: ${scalar(spec.name)}`,
    "source:",
    "  type: salesforce",
    `  environment: ${scalar(spec.environment)}`,
    "  auth:",
    ...authLines[spec.method](spec.name).map((line) => `    ${line}`),
    "  # apiBudget: 50%                      # pause before the org's daily API calls are used up to this share",
    "  streams:",
    ...streamLines(spec),
    '    # - object: "*__c"                  # every custom object',
    "    #   fields: all                     # default: the recommended ones; or a list [Id, Name, …]",
    "    #   mask: { Email: hmac, Phone: drop }",
    "destination:",
    ...destinationLines(spec).map((line) => `  ${line}`),
    ""
  ].join("\n")
