/**
 * The two copies of one org that a chaos run keeps: one marks what was deleted and is read by a user who does not
 * see everything, the other takes it out and is read by an administrator.
 */
import { existsSync } from "node:fs"
import type { RunReport } from "@decant/connector"
import { openWarmWorkspace, type Running } from "../support/decant.ts"

type Row = Readonly<Record<string, unknown>>

export interface CopiedStream {
  readonly stream: string
  readonly object: string
  /** What the spec says of it besides. */
  readonly words: string
  /** What the stream's `where` says; undefined where it has none. */
  readonly holds?: (row: Row) => boolean
}

export interface CopyPlan {
  readonly name: "marking" | "removing"
  readonly deletes: "mark" | "remove"
  readonly streams: ReadonlyArray<CopiedStream>
}

const whole = (object: string, words = ""): CopiedStream => ({ stream: object, object, words })

const marking: CopyPlan = {
  name: "marking",
  deletes: "mark",
  streams: [
    whole("Account", "fields: all"),
    {
      stream: "BigAccounts",
      object: "Account",
      words:
        'name: BigAccounts, where: "NumberOfEmployees > 500", fields: [Name, NumberOfEmployees, BillingAddress]',
      holds: ({ NumberOfEmployees: count }) => typeof count === "number" && count > 500
    },
    whole("Contact"),
    whole(
      "Opportunity",
      "fields: [Name, StageName, Amount, Probability, CloseDate, Description, AccountId, ContactId, IsClosed, IsWon, ForecastCategory, Account_Industry__c]"
    ),
    {
      stream: "TechDeals",
      object: "Opportunity",
      words:
        "name: TechDeals, where: \"Account_Industry__c = 'Technology'\", fields: [Name, Amount, StageName]",
      holds: (row) => row.Account_Industry__c === "Technology"
    },
    whole("User"),
    whole("Reference_Request__c", "fields: all"),
    whole("Reference_Quote__c", "fields: all"),
    whole("CampaignMember", "fields: all")
  ]
}

const removing: CopyPlan = {
  name: "removing",
  deletes: "remove",
  streams: [
    whole("Account"),
    whole("Contact", "fields: [FirstName, LastName, Email, AccountId, MailingAddress]"),
    {
      stream: "Opportunity",
      object: "Opportunity",
      words: 'where: "Amount > 50000", fields: [Name, Amount, StageName, IsWon]',
      holds: ({ Amount }) => typeof Amount === "number" && Amount > 50_000
    },
    whole("Reference_Quote__c", "fields: all"),
    whole("CampaignMember", "fields: [CampaignId, ContactId, LeadId, Status]")
  ]
}

/** Both copies, or what is left of them with these streams alone. */
export const copyPlans = (only: ReadonlyArray<string>): ReadonlyArray<CopyPlan> =>
  [marking, removing]
    .map((plan) => ({
      ...plan,
      streams: plan.streams.filter(({ stream }) => only.length === 0 || only.includes(stream))
    }))
    .filter(({ streams }) => streams.length > 0)

/** Formulas are due in each quiet sync, Ids are compared after a day. */
const specOf = ({ name, deletes, streams }: CopyPlan): string => `version: 1
name: ${name}
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth:
    method: client-credentials
    clientId: \${SALESFORCE_CLIENT_ID}
    clientSecret: \${SALESFORCE_CLIENT_SECRET}
  streams:
${streams.map(({ object, words }) => `    - { object: ${object}${words === "" ? "" : `, ${words}`} }`).join("\n")}
refresh: { formulas: "*/30 * * * *", reconcile: "0 3 * * *" }
destination:
  type: duckdb
  path: ./copy.duckdb
  deletes: { soft: ${deletes}, hard: ${deletes} }
`

export interface Copy extends CopyPlan {
  readonly database: string
  readonly checkpointFile: string
  /** The command, as a process that may be killed. */
  readonly start: (args: ReadonlyArray<string>) => Running
  /** A whole run without a process of its own; the report, and what it left lying about. */
  readonly sync: () => Promise<{ readonly report: RunReport; readonly leftovers: ReadonlyArray<string> }>
  /** What `decant verify` has to say against the copy. */
  readonly verify: () => Promise<ReadonlyArray<string>>
  readonly remove: () => Promise<void>
}

interface Proof {
  readonly streams?: ReadonlyArray<{ readonly status: string }>
  readonly error?: unknown
}

export const openCopy = async (plan: CopyPlan, env: Readonly<Record<string, string>>): Promise<Copy> => {
  const workspace = await openWarmWorkspace(env, specOf(plan))
  const checkpointFile = workspace.path(`.decant/${plan.name}.checkpoint.json`)
  return {
    ...plan,
    database: workspace.path("copy.duckdb"),
    checkpointFile,
    start: (args) => workspace.start(["sync", "--json", ...args]),
    sync: async () => {
      const { report } = await workspace.sync()
      const leftovers = [".lock", ".spool"].filter((end) => existsSync(`${checkpointFile}${end}`))
      return { report, leftovers }
    },
    verify: async () => {
      const { code, stdout, stderr } = await workspace.run(["verify", "--json"])
      if (code === 0) return []
      if (stdout === "") return [`verify ended with ${code}: ${stderr}`]
      const { streams, error }: Proof = JSON.parse(stdout)
      const wrong = streams?.filter(({ status }) => status !== "same" && status !== "skipped") ?? []
      return [`verify ended with ${code}: ${JSON.stringify(error ?? wrong)}`]
    },
    remove: workspace.remove
  }
}
