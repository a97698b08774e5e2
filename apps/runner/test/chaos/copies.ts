/**
 * The two copies of one org that a chaos run keeps: one marks what was deleted and is read by a user who does not
 * see everything, the other takes it out and is read by an administrator.
 */
import { existsSync } from "node:fs"
import type { RunReport } from "@decant/connector"
import { openWorkspace, type Running } from "../support/decant.ts"

type Row = Readonly<Record<string, unknown>>

export interface CopiedStream {
  readonly stream: string
  readonly object: string
  /** What the stream's `where` says; undefined where it has none. */
  readonly holds?: (row: Row) => boolean
}

export interface CopyPlan {
  readonly name: "marking" | "removing"
  readonly deletes: "mark" | "remove"
  readonly streams: ReadonlyArray<CopiedStream>
  readonly spec: string
}

const head = (name: string) => `version: 1
name: ${name}
source:
  type: salesforce
  environment: \${SALESFORCE_URL}
  auth:
    method: client-credentials
    clientId: \${SALESFORCE_CLIENT_ID}
    clientSecret: \${SALESFORCE_CLIENT_SECRET}
  streams:
`

/** Formulas are due in each quiet sync, Ids are compared after a day. */
const tail = (deletes: "mark" | "remove") => `refresh: { formulas: "*/30 * * * *", reconcile: "0 3 * * *" }
destination:
  type: duckdb
  path: ./copy.duckdb
  deletes: { soft: ${deletes}, hard: ${deletes} }
`

const big = ({ NumberOfEmployees: count }: Row): boolean => typeof count === "number" && count > 500

export const marking: CopyPlan = {
  name: "marking",
  deletes: "mark",
  streams: [
    { stream: "Account", object: "Account" },
    { stream: "BigAccounts", object: "Account", holds: big },
    { stream: "Contact", object: "Contact" },
    { stream: "Opportunity", object: "Opportunity" },
    { stream: "TechDeals", object: "Opportunity", holds: (row) => row.Account_Industry__c === "Technology" },
    { stream: "User", object: "User" },
    { stream: "Reference_Request__c", object: "Reference_Request__c" },
    { stream: "Reference_Quote__c", object: "Reference_Quote__c" },
    { stream: "CampaignMember", object: "CampaignMember" }
  ],
  spec: `${head("marking")}    - { object: Account, fields: all }
    - { object: Account, name: BigAccounts, where: "NumberOfEmployees > 500", fields: [Name, NumberOfEmployees, BillingAddress] }
    - { object: Contact }
    - object: Opportunity
      fields: [Name, StageName, Amount, Probability, CloseDate, Description, AccountId, ContactId, IsClosed, IsWon, ForecastCategory, Account_Industry__c]
    - { object: Opportunity, name: TechDeals, where: "Account_Industry__c = 'Technology'", fields: [Name, Amount, StageName] }
    - { object: User }
    - { object: Reference_Request__c, fields: all }
    - { object: Reference_Quote__c, fields: all }
    - { object: CampaignMember, fields: [CampaignId, ContactId, LeadId, Status, HasResponded] }
${tail("mark")}`
}

export const removing: CopyPlan = {
  name: "removing",
  deletes: "remove",
  streams: [
    { stream: "Account", object: "Account" },
    { stream: "Contact", object: "Contact" },
    {
      stream: "Opportunity",
      object: "Opportunity",
      holds: ({ Amount }) => typeof Amount === "number" && Amount > 50_000
    },
    { stream: "Reference_Quote__c", object: "Reference_Quote__c" },
    { stream: "CampaignMember", object: "CampaignMember" }
  ],
  spec: `${head("removing")}    - { object: Account }
    - { object: Contact, fields: [FirstName, LastName, Email, AccountId, MailingAddress] }
    - { object: Opportunity, where: "Amount > 50000", fields: [Name, Amount, StageName, IsWon] }
    - { object: Reference_Quote__c, fields: all }
    - { object: CampaignMember, fields: [CampaignId, ContactId, LeadId, Status] }
${tail("remove")}`
}

export interface Copy extends CopyPlan {
  readonly database: string
  readonly checkpointFile: string
  /** The command, as a process that may be killed; of some streams, or of all where none is named. */
  readonly start: (streams: ReadonlyArray<string>) => Running
  /** A whole run that nothing disturbs; the report, and what it left lying about. */
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
  const workspace = await openWorkspace(env, plan.spec)
  const checkpointFile = workspace.path(`.decant/${plan.name}.checkpoint.json`)
  return {
    ...plan,
    database: workspace.path("copy.duckdb"),
    checkpointFile,
    start: (streams) =>
      workspace.start(["sync", "--json", ...streams.flatMap((stream) => ["--stream", stream])]),
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
