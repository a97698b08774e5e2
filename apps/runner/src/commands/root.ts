/** The `decant` command and its subcommands. */
import { Command } from "effect/cli"
import { airbyte } from "./airbyte.ts"
import { check } from "./check.ts"
import { connect } from "./connect.ts"
import { demo } from "./demo.ts"
import { describe } from "./describe.ts"
import { discover } from "./discover.ts"
import { erase } from "./erase.ts"
import { globalFlags } from "./flags.ts"
import { init } from "./init.ts"
import { load } from "./load.ts"
import { mcp } from "./mcp.ts"
import { objects } from "./objects.ts"
import { plan } from "./plan.ts"
import { query } from "./query.ts"
import { record } from "./record.ts"
import { rest } from "./rest.ts"
import { schema } from "./schema.ts"
import { serve } from "./serve.ts"
import { setupOrg } from "./setup-org.ts"
import { soql } from "./soql.ts"
import { sosl } from "./sosl.ts"
import { status } from "./status.ts"
import { sync } from "./sync.ts"
import { verify } from "./verify.ts"
import { worker } from "./worker.ts"

export const root = Command.make("decant").pipe(
  Command.withDescription(
    "Pours a Salesforce org into a database and keeps the copy exact. New here: `decant demo` shows it with a local org."
  ),
  Command.withSubcommands([
    { group: "Setting up", commands: [init, connect, check, discover, setupOrg] },
    { group: "The copy", commands: [plan, sync, status, verify, query, erase] },
    { group: "The org itself", commands: [soql, sosl, objects, describe, record, rest, load] },
    { group: "Other programs", commands: [serve, worker, mcp, airbyte] },
    { group: "More", commands: [demo, schema] }
  ]),
  Command.withGlobalFlags(globalFlags),
  Command.withExamples([
    { command: "decant demo", description: "Try it without an org" },
    { command: "decant init acme.yaml", description: "Write a spec for your org, by questions" },
    { command: "decant connect acme.yaml", description: "Log in to it" },
    { command: "decant check acme.yaml", description: "Will a sync work?" },
    { command: "decant sync acme.yaml", description: "Bring the copy up to date" },
    { command: "decant verify acme.yaml", description: "Prove that the copy is what Salesforce holds" },
    { command: 'decant query --spec acme.yaml "SELECT * FROM account_roles"', description: "Ask the copy" }
  ])
)
