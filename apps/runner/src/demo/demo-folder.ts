/** The demo writes into one folder and nowhere else; what an earlier demo left there is kept aside. */

import { existsSync } from "node:fs"
import { mkdir, rename } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { removeAll, writeDurably } from "../files.ts"
import { RunnerError } from "../runner-error.ts"

const demoFolder = "decant-demo"
const earlierFolder = join(demoFolder, "previous")
const ours = ["decant.yaml", "demo.duckdb", "demo.duckdb.wal", ".decant"]

export const demoSpecFile = join(demoFolder, "decant.yaml")
export const demoDatabase = join(demoFolder, "demo.duckdb")

const specText = `# Written by \`decant demo\`. The org of the demo runs only while the demo does: to sync this again, start
# \`npx salesforce-emulator\` and set the three variables from the line that it prints.
version: 1
name: demo
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth:
    method: client-credentials
    clientId: \${SALESFORCE_CLIENT_ID}
    clientSecret: \${SALESFORCE_CLIENT_SECRET}
  streams:
    - object: Account
      roles:
        logo: Customer_Logo__c
        reference: Reference_Status__c
        marketingRights: Marketing_Rights__c
    - object: Contact
    - object: Opportunity
    - object: User
destination:
  type: duckdb
  path: ./demo.duckdb
`

const keepEarlier = Effect.tryPromise({
  try: async () => {
    await mkdir(earlierFolder, { recursive: true })
    for (const name of ours) {
      const path = join(demoFolder, name)
      if (existsSync(path)) await rename(path, join(earlierFolder, name))
    }
  },
  catch: (cause) => RunnerError.file("move the earlier demo to", earlierFolder, cause)
})

/** Makes the folder with its spec. True when an earlier demo's database was there and has been moved aside. */
export const prepareDemoFolder = Effect.gen(function* () {
  const earlier = existsSync(demoDatabase)
  if (earlier) {
    yield* removeAll(earlierFolder)
    yield* keepEarlier
  }
  yield* writeDurably(join(demoFolder, ".gitignore"), "*\n")
  yield* writeDurably(demoSpecFile, specText)
  return earlier
})

export const earlierDatabase = join(earlierFolder, "demo.duckdb")
