/** Data table: the ways to connect that the config UI offers, and what has to be done in Salesforce before each. */
import type { ConnectOptions } from "@decant/api"

type Way = ConnectOptions["methods"][number]
type Step = Way["prerequisites"][number]

const apiUser: Step = {
  id: "api-enabled",
  title: "A user with API access",
  how: "Setup → Users → the user → Permission sets or Profile: “API Enabled” is on. Enterprise, Unlimited, Performance and Developer editions have it; Professional needs the API add-on."
}

const readAccess: Step = {
  id: "read-access",
  title: "Read access to what is to be copied",
  how: "The user reads the objects and fields; “View All” on the objects where every row is to come. `decant setup-org` writes a permission set with exactly that."
}

const ownApp = (callbackUrl: string): Step => ({
  id: "external-client-app",
  title: "An external client app",
  how: `Setup → External Client App Manager → New External Client App → Enable OAuth. Callback URL: ${callbackUrl} (exactly so). Scopes: “Manage user data via APIs (api)” and “Perform requests at any time (refresh_token, offline_access)”.`
})

const consumerKey: Step = {
  id: "consumer-key",
  title: "The app's consumer key",
  how: "External Client App Manager → the app → Settings → OAuth Settings → Consumer Key and Secret."
}

const methods = (callbackUrl: string): ReadonlyArray<Way> => [
  {
    id: "quick",
    method: "oauth",
    title: "Quick Connect",
    summary: "Log in to Salesforce and press Allow. Nothing to set up, if your admin lets the app in.",
    prerequisites: [
      apiUser,
      {
        id: "app-allowed",
        title: "The app may be used in your org",
        how: "Orgs that block unknown apps: Setup → Connected Apps OAuth Usage → Decant → Install, or give the user “Approve Uninstalled Connected Apps”."
      },
      readAccess
    ]
  },
  {
    id: "own-app",
    method: "oauth",
    title: "Your own app",
    summary: "The same login through an app of your org: its policies are yours.",
    prerequisites: [apiUser, ownApp(callbackUrl), consumerKey, readAccess]
  },
  {
    id: "jwt-bearer",
    method: "jwt-bearer",
    title: "JWT bearer",
    summary: "For syncs on a schedule: a private key instead of a person's login, which can end.",
    prerequisites: [
      apiUser,
      ownApp(callbackUrl),
      {
        id: "certificate",
        title: "The certificate of your key in the app",
        how: "The app → Settings → OAuth Settings → Flow Enablement → Enable JWT Bearer Flow → upload the certificate (never the key). `decant connect --generate-key` makes a pair."
      },
      {
        id: "preauthorized",
        title: "The user is pre-authorised",
        how: "The app → Policies → Permitted Users: “Admin approved users are pre-authorized”, and a permission set of the user among the selected ones."
      },
      consumerKey,
      readAccess
    ]
  },
  {
    id: "client-credentials",
    method: "client-credentials",
    title: "Client credentials",
    summary:
      "For syncs on a schedule, with the secret of an app of your org. Needs the org's My Domain address.",
    prerequisites: [
      ownApp(callbackUrl),
      {
        id: "run-as",
        title: "The flow is on, and has a user to run as",
        how: "The app → Policies → OAuth Flows and External Client App Enhancements: “Enable Client Credentials Flow”, Run As: a user with API access."
      },
      {
        id: "my-domain",
        title: "Your My Domain address",
        how: "Setup → My Domain → Current My Domain URL, such as https://acme.my.salesforce.com."
      },
      consumerKey,
      readAccess
    ]
  }
]

export const connectOptions = (of: {
  readonly callbackUrl: string
  readonly quickConnect: boolean
}): ConnectOptions => ({
  ...of,
  methods: methods(of.callbackUrl)
})
