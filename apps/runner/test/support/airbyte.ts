/** What `decant airbyte read` prints, as the platform takes it: records by stream, and the last state of each. */
import { writeFileSync } from "node:fs"
import type { Workspace } from "./decant.ts"

type Json = Readonly<Record<string, unknown>>

interface Message {
  readonly type: string
  readonly record?: { readonly stream: string; readonly data: Json; readonly emitted_at: number }
  readonly state?: {
    readonly type: string
    readonly stream: { readonly stream_descriptor: { readonly name: string }; readonly stream_state: Json }
    readonly sourceStats: { readonly recordCount: number }
  }
  readonly trace?: {
    readonly type: string
    readonly stream_status?: {
      readonly stream_descriptor: { readonly name: string }
      readonly status: string
    }
    readonly estimate?: { readonly name: string; readonly row_estimate: number }
    readonly error?: { readonly failure_type: string; readonly stream_descriptor?: { readonly name: string } }
  }
  readonly log?: { readonly level: string; readonly message: string }
  readonly connectionStatus?: { readonly status: string; readonly message?: string }
  readonly catalog?: { readonly streams: ReadonlyArray<Json & { readonly name: string }> }
  readonly spec?: { readonly connectionSpecification: Json }
  readonly control?: { readonly connectorConfig: { readonly config: Json } }
}

export interface Spoken {
  readonly code: number | null
  readonly text: string
  readonly stderr: string
  readonly messages: ReadonlyArray<Message>
}

export const speak = async (workspace: Workspace, ...args: ReadonlyArray<string>): Promise<Spoken> => {
  const { code, stdout, stderr } = await workspace.run(["airbyte", ...args])
  const lines = stdout.split("\n").filter((line) => line !== "")
  return { code, text: stdout, stderr, messages: lines.map((line) => JSON.parse(line)) }
}

export const writeJson = (workspace: Workspace, name: string, value: unknown): string => {
  writeFileSync(workspace.path(name), JSON.stringify(value))
  return name
}

/** The discovered streams, as a person would configure them. */
export const configured = (
  discovered: Spoken,
  mode: "incremental" | "full_refresh" = "incremental",
  more: Json = {}
): Json => ({
  streams: (discovered.messages.find(({ catalog }) => catalog)?.catalog?.streams ?? []).map((stream) => ({
    stream,
    sync_mode: mode,
    destination_sync_mode: mode === "incremental" ? "append_dedup" : "overwrite",
    ...more
  }))
})

/** The last state of each stream, as the platform gives it to the next sync. */
export const lastStates = ({ messages }: Spoken): ReadonlyArray<unknown> => {
  const states = messages.flatMap(({ state }) => (state === undefined ? [] : [state]))
  return [...new Map(states.map((state) => [state.stream.stream_descriptor.name, state])).values()]
}

export const recordsOf = ({ messages }: Spoken, stream: string): ReadonlyArray<Json> =>
  messages.flatMap(({ record }) => (record?.stream === stream ? [record.data] : []))

export const statusesOf = ({ messages }: Spoken, stream: string): ReadonlyArray<string> =>
  messages.flatMap(({ trace }) =>
    trace?.stream_status?.stream_descriptor.name === stream ? [trace.stream_status.status] : []
  )
