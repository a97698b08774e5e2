/** What scripts rely on: each command's exit code for each way to fail, and one JSON document on stdout. */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { type Ended, openWarmWorkspace, specText, type Workspace } from "./support/decant.ts"
import { borrowEmulator, type Emulator } from "./support/emulator.ts"

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

let org: Emulator
beforeAll(async () => {
  org = await borrowEmulator("--dataset", "empty")
})
afterAll(() => org?.stop())

/** A folder of its own: of two runs in one, the second would find it locked. */
const inOwnFolder = async <A>(use: (workspace: Workspace) => Promise<A>): Promise<A> => {
  const workspace = await openWarmWorkspace(org.env, specText(["Account"]))
  try {
    return await use(workspace)
  } finally {
    await workspace.remove()
  }
}

/** Commands end in one place with their code: of `sync`, `query` and `schema` that is seen of a process. */
const started = new Set(["sync", "query", "schema"])

const endOf = (
  workspace: Workspace,
  args: ReadonlyArray<string>,
  env?: Readonly<Record<string, string>>
): Promise<Ended> =>
  started.has(args[0] ?? "") ? workspace.start(args, env).ended : workspace.run(args, env)

const needSpec = [
  ["connect"],
  ["check"],
  ["discover"],
  ["setup-org"],
  ["plan"],
  ["sync"],
  ["status"],
  ["verify"],
  ["query", "SELECT 1"],
  ["erase", "Contact", "003000000000001AAA", "--yes"]
]
const needOrg = [["connect"], ["check"], ["discover"], ["plan"], ["sync"], ["verify"]]
const unreachable = { SALESFORCE_URL: "http://127.0.0.1:1" }
const wrongSecret = { SALESFORCE_CLIENT_SECRET: "not-the-secret" }

interface Case {
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly exit: number
  readonly code: RegExp | null
}

const cases: Readonly<Record<string, ReadonlyArray<Case>>> = {
  "without a spec": needSpec.map((args) => ({
    args: [...args, "--spec", "nobody/decant.yaml"],
    exit: 2,
    code: /^SPEC_NOT_FOUND$/
  })),
  "when the org cannot be reached": needOrg.map((args) => ({
    args,
    env: unreachable,
    exit: 1,
    code: /^NET_/
  })),
  "when the secret is wrong": needOrg.map((args) => ({
    args,
    env: wrongSecret,
    exit: 4,
    code: /^AUTH_INVALID_CLIENT$/
  })),
  "before the first sync": [
    { args: ["status"], exit: 0, code: null },
    { args: ["query", "SELECT 1"], exit: 1, code: /^DESTINATION_UNREACHABLE$/ }
  ],
  "that need nothing": [{ args: ["schema"], exit: 0, code: null }]
}

for (const [when, table] of Object.entries(cases)) {
  describe(`commands ${when}`, () => {
    it.each(table)("$args.0 exits $exit", async ({ args, env, exit, code }) => {
      const ended = await inOwnFolder((workspace) => endOf(workspace, [...args, "--json"], env))
      assert.strictEqual(ended.code, exit, ended.stderr + ended.stdout)
      const document = JSON.parse(ended.stdout)
      if (code === null) return assert.isUndefined(document.error)
      assert.match(document.error.code, code)
      assert.isNotEmpty(document.error.fix)
      assert.match(document.error.docs, /^docs\/errors\.md#/)
      assert.notInclude(ended.stdout + ended.stderr, "not-the-secret")
    })
  })
}
