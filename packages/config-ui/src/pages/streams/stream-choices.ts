/** Changes to the list of streams, as plain functions. */
import type { ObjectStreamChoice, OrgObject, StreamChoice } from "@decant/api"

export const isObjectStream = (stream: StreamChoice): stream is ObjectStreamChoice => "object" in stream

export const isPattern = ({ object }: ObjectStreamChoice): boolean => object.includes("*")

export const keyOf = (stream: StreamChoice): string =>
  isObjectStream(stream) ? (stream.name ?? stream.object) : stream.name

export const streamOf = (streams: ReadonlyArray<StreamChoice>, key: string): StreamChoice | undefined =>
  streams.find((stream) => keyOf(stream) === key || (isObjectStream(stream) && stream.object === key))

export const withStream = (
  streams: ReadonlyArray<StreamChoice>,
  changed: ObjectStreamChoice
): ReadonlyArray<StreamChoice> =>
  streams.map((stream) => (keyOf(stream) === keyOf(changed) ? changed : stream))

export const withoutStream = (
  streams: ReadonlyArray<StreamChoice>,
  key: string
): ReadonlyArray<StreamChoice> => streams.filter((stream) => keyOf(stream) !== key)

/** A key whose value is empty goes out of the file. */
export const changed = <Key extends keyof ObjectStreamChoice>(
  stream: ObjectStreamChoice,
  key: Key,
  value: ObjectStreamChoice[Key] | undefined
): ObjectStreamChoice => {
  const { [key]: _, ...rest } = stream
  const isEmpty =
    value === undefined ||
    value === "" ||
    value === false ||
    (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0)
  return (isEmpty ? rest : { ...stream, [key]: value }) as ObjectStreamChoice
}

export const withEntry = <Value extends string>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
  value: Value | null
): Readonly<Record<string, Value>> => {
  const { [key]: _, ...rest } = record ?? {}
  return value === null ? rest : { ...rest, [key]: value }
}

export const matches = (words: string, ...texts: ReadonlyArray<string>): boolean => {
  const wanted = words.trim().toLowerCase()
  return wanted === "" || texts.some((text) => text.toLowerCase().includes(wanted))
}

/** Recommended ones first, then by name; those that cannot be copied last. */
export const inOrder = (objects: ReadonlyArray<OrgObject>): ReadonlyArray<OrgObject> => {
  const rank = ({ unsupported, recommended, custom }: OrgObject): number =>
    unsupported !== null ? 3 : recommended ? 0 : custom ? 1 : 2
  return objects.toSorted((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label))
}
