/**
 * What Airbyte keeps between syncs: for each stream the very checkpoint that a destination of Decant's own would
 * keep, so that either can go on where the other stopped. States of Airbyte's own Salesforce source and Decant's
 * checkpoint files are taken as well.
 */
import {
  Checkpoint,
  ConnectorError,
  Instant,
  instantFromMillis,
  newStreamCheckpoint,
  StreamCheckpoint
} from "@decant/connector"
import { Effect, Option, Schema } from "effect"

const OwnState = Schema.Struct({
  decant: Schema.Literal(1),
  orgId: Schema.String,
  /** Airbyte's count of the stream's full refreshes; null where the platform does not count. */
  generationId: Schema.NullOr(Schema.Finite),
  checkpoint: StreamCheckpoint
})
type OwnState = typeof OwnState.Type

/** Of Airbyte's source-salesforce: what has been read, piece by piece, in the order in which it was. */
const Slices = Schema.Struct({
  state_type: Schema.Literal("date-range"),
  slices: Schema.Array(Schema.Struct({ start: Schema.String, end: Schema.String }))
})
const CursorValue = Schema.Record(Schema.String, Schema.String)

const StreamState = Schema.Struct({
  stream_descriptor: Schema.Struct({ name: Schema.String }),
  stream_state: Schema.optionalKey(Schema.Unknown)
})
const States = Schema.Array(
  Schema.Union([
    Schema.Struct({ type: Schema.Literal("STREAM"), stream: StreamState }),
    Schema.Struct({
      type: Schema.Literal("GLOBAL"),
      global: Schema.Struct({ stream_states: Schema.Array(StreamState) })
    }),
    Schema.Struct({ data: Schema.Record(Schema.String, Schema.Unknown) })
  ])
)

/** Where a stream stands. */
export interface StreamStanding {
  readonly checkpoint: StreamCheckpoint
  readonly generationId: number | null
  /** The checkpoint is of this org; null where the state does not say. */
  readonly orgId: string | null
}

export type Standings = ReadonlyMap<string, StreamStanding>

export const ownState = (orgId: string, standing: Omit<StreamStanding, "orgId">): OwnState => ({
  decant: 1,
  orgId,
  generationId: standing.generationId,
  checkpoint: standing.checkpoint
})

const decodeOwn = Schema.decodeUnknownOption(OwnState)
const decodeSlices = Schema.decodeUnknownOption(Slices)
const decodeCursor = Schema.decodeUnknownOption(CursorValue)
const decodeStates = Schema.decodeUnknownOption(States)
const decodeFile = Schema.decodeUnknownOption(Checkpoint)
const isInstant = Schema.is(Instant)

const toInstant = (text: string): Instant | null => {
  if (isInstant(text)) return text
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? null : instantFromMillis(millis)
}

const readUpTo = (cursorField: string, cursor: Instant): StreamCheckpoint => ({
  ...newStreamCheckpoint({ phase: "incremental", cursorField, now: cursor }),
  cursor,
  // Whole records were sent, formulas and all.
  formulasRefreshedAt: cursor
})

/** The end of what was read without a gap: what lies behind a gap is read again. */
const endOf = ({ slices }: typeof Slices.Type): Instant | null => {
  const sorted = slices
    .map(({ start, end }) => ({ start: toInstant(start), end: toInstant(end) }))
    .toSorted((a, b) => ((a.start ?? "") < (b.start ?? "") ? -1 : 1))
  let end = sorted[0]?.end ?? null
  for (const slice of sorted) {
    if (end === null || slice.start === null || slice.end === null) return null
    if (slice.start > end) return end
    if (slice.end > end) end = slice.end
  }
  return end
}

const foreign = (checkpoint: StreamCheckpoint): StreamStanding => ({
  checkpoint,
  generationId: null,
  orgId: null
})

const standingOf = (state: unknown, cursorField: string): StreamStanding | null => {
  const own = decodeOwn(state)
  if (Option.isSome(own)) return own.value
  const slices = decodeSlices(state)
  if (Option.isSome(slices)) {
    const end = endOf(slices.value)
    return end === null ? null : foreign(readUpTo(cursorField, end))
  }
  const [field, text] = Object.entries(Option.getOrElse(decodeCursor(state), () => ({})))[0] ?? []
  const cursor = text === undefined ? null : toInstant(text)
  return field === undefined || cursor === null ? null : foreign(readUpTo(field, cursor))
}

const statesIn = (found: typeof States.Type): ReadonlyArray<readonly [string, unknown]> =>
  found.flatMap((state) => {
    if ("data" in state) return Object.entries(state.data)
    const streams = "stream" in state ? [state.stream] : state.global.stream_states
    return streams.map(
      ({ stream_descriptor, stream_state }) => [stream_descriptor.name, stream_state] as const
    )
  })

const parsed = (file: string, text: string): Effect.Effect<unknown, ConnectorError> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => ConnectorError.checkpointInvalid(file, "it is not JSON")
  })

/** `cursorFieldOf`: Airbyte's own states do not name the field that their times are of. */
export const readStandings = Effect.fnUntraced(function* (
  file: string,
  text: string,
  cursorFieldOf: (stream: string) => string
): Effect.fn.Return<Standings, ConnectorError> {
  const value = yield* parsed(file, text)
  const checkpoint = decodeFile(value)
  if (Option.isSome(checkpoint)) {
    const { orgId, streams } = checkpoint.value
    return new Map(
      Object.entries(streams).map(([name, of]) => [name, { checkpoint: of, generationId: null, orgId }])
    )
  }
  // The first sync brings nothing, or something empty.
  const list = Array.isArray(value) ? value : Object.keys(value ?? {}).length === 0 ? [] : [value]
  const states = decodeStates(list)
  if (Option.isNone(states)) {
    return yield* ConnectorError.checkpointInvalid(
      file,
      "it holds neither states of the Airbyte protocol nor a checkpoint of Decant"
    )
  }
  return new Map(
    statesIn(states.value).flatMap(([name, state]) => {
      const standing = standingOf(state, cursorFieldOf(name))
      return standing === null ? [] : [[name, standing] as const]
    })
  )
})
