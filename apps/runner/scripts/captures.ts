/** The runs that docs/captures shows: a first look at the demo org, one command after the other. */

import { openWarmWorkspace, specText } from "../test/support/decant.ts"
import type { Emulator } from "../test/support/emulator.ts"

const commands: Readonly<Record<string, ReadonlyArray<string>>> = {
  check: ["check"],
  plan: ["plan"],
  sync: ["sync"],
  status: ["status"],
  verify: ["verify"],
  query: [
    "query",
    "SELECT Name, reference, BillingCountry, Industry FROM account_roles\n  WHERE logo AND reference LIKE 'Public%' AND Name < 'M' ORDER BY Name DESC LIMIT 5"
  ]
}

const quoted = (argument: string): string => (/\s/.test(argument) ? `"${argument}"` : argument)

/** By name, what a person would see: the command and its answer. */
export const capture = async (org: Emulator): Promise<ReadonlyMap<string, string>> => {
  const workspace = await openWarmWorkspace(org.env, specText())
  try {
    const captured = new Map<string, string>()
    for (const [name, args] of Object.entries(commands)) {
      const ended = await workspace.run(args, { FORCE_COLOR: "1" })
      if (ended.code !== 0) throw new Error(`decant ${name} ended with ${ended.code}: ${ended.stderr}`)
      captured.set(name, `\u001b[32m$\u001b[39m decant ${args.map(quoted).join(" ")}\n${ended.stdout}`)
    }
    return captured
  } finally {
    await workspace.remove()
  }
}
