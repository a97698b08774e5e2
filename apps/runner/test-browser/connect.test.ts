/** Connecting by each of the four ways, and every way in which it can fail. */
import { readFile } from "node:fs/promises"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import { type Emulator, startEmulator } from "../test/support/emulator.ts"
import { answer, choose, chooseOrg, connect, openDialog } from "./support/connecting.ts"
import { closeBrowser, hasChromium, openBrowser, type Person } from "./support/person.ts"
import { type Served, startServer } from "./support/served.ts"
import { until } from "./support/until.ts"

describe.skipIf(!hasChromium)("the connect dialog", () => {
  let org: Emulator
  let served: Served
  let person: Person
  beforeAll(async () => {
    org = await startEmulator("--dataset", "demo")
    served = await startServer({ DECANT_SALESFORCE_CLIENT_ID: "quick-app" })
    const app = (clientId: string, more: object) =>
      org.control("POST", "apps", {
        clientId,
        redirectUris: [`${served.url}/oauth/callback`],
        scopes: ["api", "refresh_token", "id"],
        ...more
      })
    await app("quick-app", { flows: ["web-server"], pkceRequired: true })
    await app("own-app", { clientSecret: "own-secret-0123456789", flows: ["web-server"], pkceRequired: true })
  })
  afterAll(async () => {
    await closeBrowser()
    await served?.stop()
    await org?.stop()
  })
  beforeEach(async () => {
    person = await openBrowser(served, [org.url])
  })
  afterEach(async () => {
    assert.deepStrictEqual(person.complaints(), [])
    await person.leave()
  })

  const dialog = () => person.page.getByRole("dialog")
  const fails = (text: RegExp) => dialog().getByRole("alert").filter({ hasText: text }).waitFor()
  const isConnected = (name: string) => person.page.getByText(`${name} is connected.`).waitFor()
  const named = (name: string) => person.page.getByLabel("Name of the connection", { exact: true }).fill(name)

  it("Quick Connect: Enable, Connect, Allow, and back", async () => {
    const { page } = person
    await openDialog(page)
    await chooseOrg(page, org)
    await named("Quick")
    await connect(page)
    await answer(page, org, "Allow")
    await page.waitForURL(`${served.url}/`)
    await isConnected("Quick")
  })

  it("an own app with a secret; Deny leads back into the filled-in dialog", async () => {
    const { page } = person
    await openDialog(page)
    await choose(page, "Your own app")
    await chooseOrg(page, org)
    await page.getByLabel("Consumer key", { exact: true }).fill("own-app")
    await page.getByLabel(/^Consumer secret/).fill("own-secret-0123456789")
    await named("Own")
    await connect(page)
    await answer(page, org, "Deny")
    await fails(/./)
    assert.strictEqual(await page.getByLabel("Consumer key", { exact: true }).inputValue(), "own-app")
    assert.strictEqual(await page.getByLabel("My Domain address", { exact: true }).inputValue(), org.url)
    assert.strictEqual(await page.getByLabel(/^Consumer secret/).inputValue(), "")
    await page.getByLabel(/^Consumer secret/).fill("own-secret-0123456789")
    await connect(page)
    await page.waitForURL((url) => url.origin === org.url)
    await page
      .getByRole("button", { name: "Allow" })
      .or(page.getByLabel("Username", { exact: true }))
      .first()
      .waitFor()
    if (await page.getByLabel("Username", { exact: true }).isVisible()) await answer(page, org, "Allow")
    else await page.getByRole("button", { name: "Allow" }).click()
    await isConnected("Own")
  })

  it("JWT bearer with the key from a file; a key that is none is told", async () => {
    const { page } = person
    await openDialog(page)
    await choose(page, "JWT bearer")
    await chooseOrg(page, org)
    await page.getByLabel("Consumer key", { exact: true }).fill(org.jwt.clientId)
    await page.getByLabel("Username", { exact: true }).fill(org.username)
    await dialog().getByRole("textbox", { name: "Private key" }).fill("this is no key")
    await named("Jwt")
    await connect(page)
    await fails(/key/i)
    const chooser = page.waitForEvent("filechooser")
    await page.getByRole("button", { name: "Choose a file" }).click()
    await (await chooser).setFiles(org.jwt.privateKeyFile)
    await until("the key", async () =>
      (await dialog().getByRole("textbox", { name: "Private key" }).inputValue()).startsWith("-----BEGIN")
    )
    await connect(page)
    await isConnected("Jwt")
    const text = await readFile(served.path("jwt.yaml"), "utf8")
    assert.notInclude(text, "BEGIN")
  })

  it("client credentials; what is missing, wrong or unreachable is told with what to do", async () => {
    const { page } = person
    await openDialog(page)
    await choose(page, "Client credentials")
    await connect(page)
    await page.getByText("Enter the consumer key.").waitFor()
    await page.getByText("Enter the consumer secret.").waitFor()
    await page.getByText(/^Enter the address of your org/).waitFor()
    await chooseOrg(page, org)
    await page.getByLabel("Consumer key", { exact: true }).fill("no-such-app")
    await page.getByLabel("Consumer secret", { exact: true }).fill("wrong-secret")
    await named("Credentials")
    await connect(page)
    await fails(/./)
    await page.getByLabel("Consumer key", { exact: true }).fill(org.env.SALESFORCE_CLIENT_ID ?? "")
    await connect(page)
    await fails(/secret/i)
    await page.getByLabel("My Domain address", { exact: true }).fill("http://127.0.0.1:9")
    await connect(page)
    await fails(/127\.0\.0\.1:9/)
    await page.getByLabel("My Domain address", { exact: true }).fill(org.url)
    await page.getByLabel("Consumer secret", { exact: true }).fill(org.env.SALESFORCE_CLIENT_SECRET ?? "")
    await connect(page)
    await isConnected("Credentials")
  })

  it("rename, disconnect, reconnect and remove do what they say", async () => {
    const { page } = person
    const card = (name: string) => page.getByRole("article", { name })
    const act = async (name: string, action: string) => {
      await page.getByRole("button", { name: `More for ${name}` }).click()
      await page.getByRole("menuitem", { name: action }).click()
    }
    await act("Credentials", "Rename")
    await dialog().getByLabel("Name", { exact: true }).fill("Headquarters")
    await dialog().getByRole("button", { name: "Save" }).click()
    await card("Headquarters").waitFor()
    await act("Quick", "Disconnect")
    await dialog().getByRole("button", { name: "Disconnect" }).click()
    await card("Quick").getByText("Not connected").waitFor()
    await act("Quick", "Reconnect")
    await connect(page)
    await answer(page, org, "Allow")
    await isConnected("Quick")
    await act("Headquarters", "Remove")
    await dialog().getByRole("button", { name: "Remove" }).click()
    await card("Headquarters").waitFor({ state: "detached" })
  })
})
