/** Which objects the spec's streams are, globs included. An object named explicitly beats a glob. */
import { type ObjectStream, type SoqlStream, type Spec, streamName } from "@decant/connector"
import type { ObjectSummary } from "../describe/describe-shape.ts"
import { whyUnsyncable } from "../describe/unsyncable-objects.ts"

const isGlob = (object: string): boolean => /[*?]/.test(object)

const globPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll("*", "[A-Za-z0-9_]*").replaceAll("?", "[A-Za-z0-9_]")}$`, "i")

export interface StreamChoice {
  readonly objects: ReadonlyArray<ObjectStream>
  readonly soql: ReadonlyArray<SoqlStream>
  readonly skipped: ReadonlyArray<{ readonly stream: string; readonly reason: string }>
}

export const hasGlob = (spec: Spec): boolean =>
  spec.source.streams.some((stream) => "object" in stream && isGlob(stream.object))

/** `known` lists the org's objects; needed only when the spec has a glob. */
export const chooseStreams = (spec: Spec, known: ReadonlyArray<ObjectSummary>): StreamChoice => {
  const streams = spec.source.streams
  const named = streams.filter((stream) => "object" in stream).filter((stream) => !isGlob(stream.object))
  const taken = new Set(named.map(({ object }) => object.toLowerCase()))
  const excluded = (spec.source.exclude ?? []).map(globPattern)
  const objects: Array<ObjectStream> = [...named]
  const skipped: Array<{ readonly stream: string; readonly reason: string }> = []
  for (const stream of streams) {
    if (!("object" in stream) || !isGlob(stream.object)) continue
    const pattern = globPattern(stream.object)
    for (const object of known) {
      const key = object.name.toLowerCase()
      if (!pattern.test(object.name) || taken.has(key)) continue
      if (excluded.some((glob) => glob.test(object.name))) continue
      taken.add(key)
      const reason = whyUnsyncable(object)
      if (reason === null) objects.push({ ...stream, object: object.name })
      else skipped.push({ stream: object.name, reason })
    }
  }
  return { objects, soql: streams.filter((stream) => "soql" in stream), skipped }
}

export const choiceNames = (choice: StreamChoice): ReadonlyArray<string> => [
  ...choice.objects.map(streamName),
  ...choice.soql.map(streamName),
  ...choice.skipped.map(({ stream }) => stream)
]
