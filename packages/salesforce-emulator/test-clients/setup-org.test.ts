/** The project that `decant setup-org` writes, as the Salesforce CLI converts it for a deployment, offline. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"
import { salesforceCli } from "./support/salesforce-cli.ts"

const decant = fileURLToPath(new URL("../../../apps/runner/bin/decant.mjs", import.meta.url))

let org: EmulatedOrg
beforeAll(async () => {
  org = await startEmulator("--dataset", "empty")
})
afterAll(() => org?.stop())

const run = async (folder: string, ...args: ReadonlyArray<string>): Promise<void> => {
  const child = spawn(process.execPath, [decant, ...args], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"]
  })
  let errors = ""
  child.stderr.on("data", (chunk) => {
    errors += chunk
  })
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`decant ${args.join(" ")} ended with ${code}:\n${errors}`)
}

const specOf = (auth: string): string => `version: 1
name: acme-west
source:
  type: salesforce
  environment: https://acme.my.salesforce.com
  auth: ${auth}
  streams: [{ object: Account, roles: { logo: Logo__c } }, { object: Contact }, { object: User }]
destination: { type: duckdb, path: ./acme.duckdb }
`

const appTypes = [
  "ExternalClientApplication",
  "ExtlClntAppGlobalOauthSettings",
  "ExtlClntAppOauthConfigurablePolicies",
  "ExtlClntAppOauthSettings"
]

const cases: ReadonlyArray<readonly [method: string, auth: string, types: ReadonlyArray<string>]> = [
  [
    "jwt-bearer",
    '{ method: jwt-bearer, clientId: "${NO_ID}", username: etl@acme.example, privateKey: { file: ./acme-west.key } }',
    [...appTypes, "PermissionSet"]
  ],
  ["oauth", "{ method: oauth }", [...appTypes, "PermissionSet"]],
  [
    "client-credentials",
    '{ method: client-credentials, clientId: "${NO_ID}", clientSecret: "${NO_SECRET}" }',
    [...appTypes, "PermissionSet"]
  ],
  ["access-token", "{ method: access-token, accessToken: { env: NO_TOKEN } }", ["PermissionSet"]]
]

describe.each(cases)("%s", (method, auth, types) => {
  it("is converted whole by sf project convert source", async () => {
    const sf = salesforceCli(org, method)
    writeFileSync(join(sf.project, "decant.yaml"), specOf(auth))
    if (method === "jwt-bearer") await run(sf.project, "connect", "--generate-key")
    await run(sf.project, "setup-org", "--output", ".")
    await sf.result(["project", "convert", "source", "--root-dir", "force-app", "--output-dir", "converted"])

    const manifest = readFileSync(join(sf.project, "converted/package.xml"), "utf8")
    const named = [...manifest.matchAll(/<name>(\w+)<\/name>/g)].map(([, name]) => name)
    expect(named.sort()).toEqual([...types].sort())
    expect(manifest).not.toContain("<members>*</members>")

    const source = readdirSync(join(sf.project, "force-app"), { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith("-meta.xml")
    )
    expect(source).toHaveLength(types.length)
    for (const path of source) {
      const target = join(
        sf.project,
        "converted",
        path.replace(/^main.default./, "").replace(/-meta\.xml$/, "")
      )
      expect(existsSync(target), target).toBe(true)
      expect(readFileSync(target, "utf8")).toContain('xmlns="http://soap.sforce.com/2006/04/metadata"')
    }
    expect(sf.violations()).toEqual([])
  })
})
