/** The Salesforce CLI logs in to the emulated org in each way it knows, and shows who it is then. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { completeLogin } from "./support/browser.ts"
import { type EmulatedOrg, startEmulator } from "./support/emulated-org.ts"
import { untilFree } from "./support/port.ts"
import { logIn, type SalesforceCli, salesforceCli } from "./support/salesforce-cli.ts"

/** Where the CLI listens for the end of a web login; it cannot be told another port. */
const callbackPort = 1717

let org: EmulatedOrg
let sf: SalesforceCli
/** Logs in with the browser only. */
let visitor: SalesforceCli

beforeAll(async () => {
  org = await startEmulator("--dataset", "empty")
  sf = salesforceCli(org)
  visitor = salesforceCli(org, "visitor")
})
afterAll(() => org?.stop())

const tokenOf = async (alias: string, cli = sf): Promise<string> =>
  (await cli.result(["org", "auth", "show-access-token", "--target-org", alias, "--no-prompt"])).accessToken

it("sf org login jwt", async () => {
  const { clientId, privateKeyFile } = org.apps.jwt
  const key = ["--client-id", clientId, "--jwt-key-file", privateKeyFile]
  const user = ["--username", org.username, "--instance-url", org.url, "--alias", "by-jwt"]
  const result = await sf.result(["org", "login", "jwt", ...user, ...key])
  expect(result).toMatchObject({ username: org.username, orgId: org.orgId, isDevHub: false, clientId })
  expect(await tokenOf("by-jwt")).toMatch(new RegExp(`^${org.orgId.slice(0, 15)}!`))
})

it("sf org login web, through the login and consent pages", async () => {
  const deadline = AbortSignal.timeout(120_000)
  await untilFree(callbackPort, deadline)
  const command = visitor.result(
    ["org", "login", "web", "--instance-url", org.url, "--browser", "firefox", "--alias", "by-web"],
    { signal: deadline }
  )
  const visit = visitor.openedUrl(deadline).then((url) => {
    expect(new URL(url).searchParams.get("client_id")).toBe("PlatformCLI")
    return completeLogin(url, org, `http://localhost:${callbackPort}/`)
  })
  const [result, landed] = await Promise.all([command, visit])
  expect(result).toMatchObject({
    username: org.username,
    orgId: org.orgId,
    isDevHub: false,
    clientId: "PlatformCLI"
  })
  expect(landed.status).toBe(200)
})

it("a web login survives the death of its access token, by its refresh token", async () => {
  const accessToken = await tokenOf("by-web", visitor)
  await org.control("tokens", { expire: { token: accessToken } })
  const counted = await visitor.result([
    "data",
    "query",
    "--target-org",
    "by-web",
    "--query",
    "SELECT COUNT() FROM User"
  ])
  expect(counted.totalSize).toBeGreaterThan(0)
  expect(await tokenOf("by-web", visitor)).not.toBe(accessToken)
})

it("sf org login access-token", async () => {
  const result = await logIn(sf, org)
  expect(result).toMatchObject({ username: org.username, orgId: org.orgId })
  expect(await tokenOf("emulated")).toBe(org.accessToken)
})

it("sf org display", async () => {
  const result = await sf.result(["org", "display", "--target-org", "emulated"])
  expect(result).toMatchObject({
    id: org.orgId,
    username: org.username,
    connectedStatus: "Connected",
    instanceUrl: expect.stringContaining(org.url),
    apiVersion: "68.0"
  })
})

it("sf org list", async () => {
  const result = await sf.result(["org", "list"])
  const shown = result.other.concat(result.nonScratchOrgs).map((each: { orgId: string }) => each.orgId)
  expect(shown).toContain(org.orgId)
})

it("sf org display user", async () => {
  const result = await sf.result(["org", "display", "user", "--target-org", "emulated"])
  expect(result).toMatchObject({
    username: org.username,
    orgId: org.orgId,
    profileName: "System Administrator"
  })
})

it("sf org logout", async () => {
  const { clientId, privateKeyFile } = org.apps.jwt
  const key = ["--client-id", clientId, "--jwt-key-file", privateKeyFile]
  await sf.result(["org", "login", "jwt", "--username", org.username, "--instance-url", org.url, ...key])
  await sf.result(["org", "logout", "--target-org", org.username, "--no-prompt"])
  const after = await sf.json(["org", "display", "--target-org", org.username])
  expect(after.exitCode).toBeGreaterThan(0)
  expect(after.name).toMatch(/NoOrgFound|NamedOrgNotFound/)
})

it("no command reached beyond this machine", () => {
  expect([...sf.violations(), ...visitor.violations()]).toEqual([])
})
