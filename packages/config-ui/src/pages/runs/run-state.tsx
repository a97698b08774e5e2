/** How a run or one of its streams ended, as a badge. */
import type { RunStream, RunState as State } from "@decant/api"
import { Badge, type Tone } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const tones: Readonly<Record<State, Tone>> = {
  queued: "plain",
  running: "accent",
  ok: "good",
  partial: "warn",
  failed: "bad",
  paused: "warn",
  interrupted: "plain",
  skipped: "plain",
  lost: "warn"
}

const streamTones: Readonly<Record<RunStream["state"], Tone>> = {
  waiting: "plain",
  running: "accent",
  ok: "good",
  failed: "bad",
  skipped: "plain",
  stopped: "plain"
}

export const RunState = ({ state }: { readonly state: State }) => (
  <Badge tone={tones[state]}>{words.runs.states[state]}</Badge>
)

export const StreamState = ({ stream }: { readonly stream: RunStream }) => (
  <Badge tone={streamTones[stream.state]}>
    {stream.state === "running" && stream.phase
      ? words.runs.phases[stream.phase]
      : words.runs.streamStates[stream.state]}
  </Badge>
)
