/** The stream that the tests write: one column of each kind, a key, a guard, a deleted flag. */
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import type { Commit, Effect, IdRange, Segment, StreamCheckpoint, StreamSchema } from "@decant/connector"

export const header = [
  "Id",
  "SystemModstamp",
  "IsDeleted",
  "Name",
  "NumberOfEmployees",
  "AnnualRevenue",
  "Interests__c",
  "BillingStreet",
  "BillingCity"
]

const text = { kind: "text" } as const

export const accountSchema: StreamSchema = {
  stream: "Account",
  table: "Account",
  key: ["Id"],
  guard: "SystemModstamp",
  deletes: { soft: "mark", hard: "mark", flag: "IsDeleted" },
  history: false,
  columns: [
    { name: "Id", label: "Account ID", type: text, from: { header: "Id" } },
    {
      name: "SystemModstamp",
      label: "System Modstamp",
      type: { kind: "timestamp" },
      from: { header: "SystemModstamp" }
    },
    { name: "IsDeleted", label: "Deleted", type: { kind: "boolean" }, from: { header: "IsDeleted" } },
    {
      name: "Name",
      label: "Account Name",
      type: text,
      from: { header: "Name" },
      describes: { sourceType: "string", help: "The company's name", formula: null, picklist: [] }
    },
    {
      name: "NumberOfEmployees",
      label: "Employees",
      type: { kind: "int32" },
      from: { header: "NumberOfEmployees" }
    },
    {
      name: "AnnualRevenue",
      label: "Annual Revenue",
      type: { kind: "double" },
      from: { header: "AnnualRevenue" }
    },
    {
      name: "Interests__c",
      label: "Interests",
      type: { kind: "textList" },
      from: { header: "Interests__c", splitOn: ";" },
      describes: {
        sourceType: "multipicklist",
        help: null,
        formula: null,
        picklist: [
          { value: "a", label: "Alpha", active: true },
          { value: "b", label: "Beta", active: false }
        ]
      }
    },
    { name: "BillingStreet", label: "Billing Street", type: text, from: { header: "BillingStreet" } },
    { name: "BillingCity", label: "Billing City", type: text, from: { header: "BillingCity" } },
    {
      name: "BillingAddress",
      label: "Billing Address",
      type: {
        kind: "struct",
        fields: [
          { name: "street", type: text },
          { name: "city", type: text }
        ]
      },
      from: { struct: { street: "BillingStreet", city: "BillingCity" } }
    }
  ],
  views: [{ kind: "live", name: "account_live" }]
}

export const withSchema = (changes: Partial<StreamSchema>): StreamSchema => ({ ...accountSchema, ...changes })

/** `second(5)` is five seconds past ten. */
export const second = (at: number): string => new Date(Date.UTC(2026, 10, 21, 10, 0, at)).toISOString()

export type Cells = Readonly<Record<string, string | null>>

/** A whole row; what is not given is null. */
export const account = (id: string, at: number, cells: Cells = {}): Cells => ({
  Id: id,
  SystemModstamp: second(at),
  IsDeleted: "false",
  Name: `Account ${id}`,
  ...cells
})

const quoted = (cell: string | null | undefined): string => `"${(cell ?? "").replaceAll('"', '""')}"`

const csv = (columns: ReadonlyArray<string>, rows: ReadonlyArray<Cells>): string =>
  [columns.map(quoted), ...rows.map((row) => columns.map((name) => quoted(row[name])))]
    .map((line) => `${line.join(",")}\n`)
    .join("")

export interface SegmentOptions {
  readonly rows: ReadonlyArray<Cells>
  readonly asOf?: number
  readonly work?: string
  readonly effect?: Effect
  readonly header?: ReadonlyArray<string>
  readonly generation?: number
  readonly stream?: string
  readonly gzip?: boolean
  readonly ids?: IdRange
  /** The row count that Salesforce would have said. */
  readonly said?: number
  /** What the file really holds instead. */
  readonly text?: string
}

let files = 0

/** Spools the rows as Salesforce would send them. */
export const segment = (folder: string, options: SegmentOptions): Segment => {
  const columns = options.header ?? header
  const content = options.text ?? csv(columns, options.rows)
  const gzip = options.gzip ?? true
  const path = join(folder, `segment-${files++}.csv`)
  const bytes = gzip ? gzipSync(content, { level: 1 }) : Buffer.from(content)
  writeFileSync(path, bytes)
  return {
    id: createHash("sha256").update(`${path}${content}`).digest("hex").slice(0, 32),
    stream: options.stream ?? "Account",
    generation: options.generation ?? 1,
    work: options.work ?? `work-${files}`,
    effect: options.effect ?? "upsert",
    files: [{ path, gzip, rows: options.said ?? options.rows.length, bytes: bytes.length }],
    header: columns,
    asOf: second(options.asOf ?? 0),
    covers: options.ids === undefined ? {} : { ids: options.ids }
  }
}

export interface CommitOptions {
  readonly segments?: ReadonlyArray<Segment>
  readonly schema?: StreamSchema
  readonly phase?: StreamCheckpoint["phase"]
  /** The segments are all that there is, as those of the commit that ends a first load. */
  readonly everything?: boolean
  readonly generation?: number
  readonly publish?: boolean
  readonly checkpoint?: Partial<StreamCheckpoint>
}

/** The commit that follows version `expectedVersion`. */
export const commitAfter = (expectedVersion: number, options: CommitOptions): Commit => {
  const schema = options.schema ?? accountSchema
  return {
    stream: schema.stream,
    schema,
    segments: (options.segments ?? []).map((segment) =>
      options.everything === true
        ? { ...segment, covers: { ...segment.covers, window: { from: null, to: second(99) } } }
        : segment
    ),
    expectedVersion,
    publish: options.publish ?? false,
    checkpoint: {
      version: expectedVersion + 1,
      phase: options.phase ?? "incremental",
      generation: options.generation ?? 1,
      cursorField: "SystemModstamp",
      cursor: null,
      work: [],
      schemaFingerprint: null,
      accessFingerprint: null,
      deletesCoveredTo: null,
      formulasRefreshedAt: null,
      reconciledAt: null,
      rows: 0,
      updatedAt: second(100),
      ...options.checkpoint
    }
  }
}
