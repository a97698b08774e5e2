/** The README of the project: what to review, how to deploy, what to click afterwards. */
import type { Auth } from "@decant/connector"
import type { AccessPlan } from "./access-plan.ts"
import { needsApp, scopesOf } from "./client-app.ts"
import type { SetupRequest } from "./setup-project.ts"

const scopeMeaning: Readonly<Record<string, string>> = {
  Api: "`api`: read by the REST and Bulk APIs. Needed.",
  RefreshToken: "`refresh_token`: stay connected after the browser is closed. Needed by this method."
}

const afterwards: Readonly<Record<Auth["method"], ReadonlyArray<string>>> = {
  oauth: [
    "Setup → External Client App Manager → {label} → Settings → OAuth Settings → Consumer Key and Secret: put the key into `auth.clientId` and, if the spec has a `clientSecret`, the secret there.",
    "Run `decant connect`: it opens the browser once and stores the login encrypted."
  ],
  device: [
    "Setup → External Client App Manager → {label} → Settings → OAuth Settings → Consumer Key and Secret: put the key into `auth.clientId`.",
    "Run `decant connect`: it shows a code to type into the browser of any machine."
  ],
  "jwt-bearer": [
    "Setup → External Client App Manager → {label} → Settings → OAuth Settings: the certificate is there under “Use digital signatures”. Where it is missing, upload it (`decant connect --generate-key` makes one).",
    "Consumer Key and Secret on the same page: put the key into `auth.clientId`. The secret is not needed.",
    "Run `decant connect`: it logs in with the private key."
  ],
  "client-credentials": [
    "Setup → External Client App Manager → {label} → Policies → Edit → OAuth Flows: enable the client credentials flow and choose the user in “Run As”, unless `--run-as` has put one in.",
    "Settings → OAuth Settings → Consumer Key and Secret: put them into `auth.clientId` and `auth.clientSecret`.",
    "Run `decant connect`: it logs in as that user."
  ],
  "sf-cli": ["Nothing: the login is that of the Salesforce CLI (`sf org login web`)."],
  "access-token": ["Nothing: the token is the one that the spec names."]
}

const list = (lines: ReadonlyArray<string>): string => lines.map((line) => `- ${line}`).join("\n")

const steps = (lines: ReadonlyArray<string>): string =>
  lines.map((line, index) => `${index + 1}. ${line}`).join("\n")

const appPart = (of: SetupRequest, label: string): string =>
  needsApp(of.spec.source.auth.method)
    ? `The **external client app** “${label}”, for \`${of.spec.source.auth.method}\` only. Distribution state: local, that is, for this org
alone; make one per environment. Callback URL: \`${of.callback}\`. Users must be admin approved: only those with
the permission set may use it. IP restrictions are enforced; relaxing them lets a stolen credential work from anywhere.

${list(scopesOf(of.spec.source.auth.method).map((scope) => scopeMeaning[scope] ?? scope))}
`
    : `No external client app: \`${of.spec.source.auth.method}\` uses a login that exists already.
`

const accessPart = (access: AccessPlan): string =>
  [
    `Reads ${access.objects.map(({ name }) => name).join(", ") || "no object with permissions of its own"}, and ${access.fields.length} fields that need a permission of their own.`,
    "Fields that everybody may read (Id, Name and other required and system fields) are not listed: Salesforce refuses to grant them.",
    "“View All” is granted for each object of the spec, since sharing would leave rows out without a word.",
    ...(access.viewAllUsers ? ["“View All Users” is granted because the spec reads User."] : []),
    "It cannot create, change or delete anything."
  ].join("\n")

export const readmeText = (
  of: SetupRequest & { readonly app: string; readonly access: AccessPlan }
): string => {
  const label = `Decant ${of.spec.name}`
  const { method } = of.spec.source.auth
  const app = needsApp(method)
  const notes = of.access.notes.length === 0 ? "" : `\n## To settle by hand\n\n${list(of.access.notes)}\n`
  return `# Salesforce set-up for ${of.spec.name}

Written by \`decant setup-org\` from the spec. Review it, deploy it, then click what is left.

## What is in it

${appPart(of, label)}
The **permission set** “${label}”. ${accessPart(of.access)}
${notes}
## Deploy

You need the permissions Customize Application, and Modify All Data or Manage Connected Apps.${
    app
      ? `
The app's OAuth settings deploy only where Setup → External Client App Settings → “Allow access to External Client App
consumer secrets via REST API / Metadata API” is on; or make the app by hand with the settings above and deploy
\`permissionsets\` alone.`
      : ""
  }

\`\`\`
sf org login web --alias target --instance-url https://YOUR-DOMAIN.my.salesforce.com
sf project deploy start --source-dir force-app --target-org target --dry-run
sf project deploy start --source-dir force-app --target-org target
sf org assign permset --name ${of.app} --on-behalf-of USERNAME --target-org target
\`\`\`

If Salesforce says that a permission “depends on” another one, add the one that it names. If it says that a field is
required or unknown, take the field out of the permission set.

## Afterwards

${steps((afterwards[method] ?? []).map((line) => line.replace("{label}", label)))}

A new app may need ten minutes until Salesforce knows its key. \`decant check\` says what is still missing. Who uses the
app: Setup → Connected Apps OAuth Usage, and Setup → Login History.
`
}
