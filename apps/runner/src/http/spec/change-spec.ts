/** Makes a change in a spec's text and leaves the rest as it is: comments, order, what pages do not know. */
import type { DestinationChoice, SpecChange, StreamChoice } from "@decant/api"
import { type Document, isMap, isSeq, type Node, visit, type YAMLMap } from "yaml"
import { parseSpec, same } from "./spec-document.ts"

type Doc = Document.Parsed

/** `{ file: … }` on one line, as people write it. */
const nodeOf = (document: Doc, value: unknown): Node => {
  const node = document.createNode(value)
  visit(node, {
    Map: (_, map) => {
      if (map.items.length === 1 && map.has("file")) map.flow = true
    }
  })
  return node
}

const keyOf = (stream: unknown): string => {
  const { object, name, soql } = stream as { object?: string; name?: string; soql?: string }
  return (soql === undefined ? (name ?? object ?? "") : (name ?? "")).toLowerCase()
}

/** Sets what differs, key by key, so that the comments of the others stay. */
const fill = (
  document: Doc,
  map: YAMLMap,
  wanted: Readonly<Record<string, unknown>>,
  owned: ReadonlyArray<string>
) => {
  for (const key of owned) {
    const value = wanted[key]
    if (value === undefined) map.delete(key)
    else if (!same(map.toJS(document)?.[key], value)) map.set(key, document.createNode(value))
  }
}

const streamKeys = [
  "object",
  "name",
  "soql",
  "primaryKey",
  "fields",
  "roles",
  "substitute",
  "mask",
  "where",
  "history",
  "refreshFields",
  "onMissing"
]

const setStreams = (document: Doc, wanted: ReadonlyArray<StreamChoice>): void => {
  const list = document.getIn(["source", "streams"], true)
  const old = isSeq(list) ? list.items.filter(isMap) : []
  const items = wanted.map((stream) => {
    const known = old.find((item) => keyOf(item.toJS(document)) === keyOf(stream))
    if (known === undefined) return document.createNode(stream)
    fill(document, known, { ...stream }, streamKeys)
    return known
  })
  if (isSeq(list)) list.items = items
  else document.setIn(["source", "streams"], document.createNode(wanted))
}

const destinationKeys = ["type", "path", "schema", "deletes", "naming", "numbers"]

/** Secrets are references by now; one that is not given stays. */
const setDestination = (document: Doc, { url, queryUrl, ...wanted }: DestinationText): void => {
  const secrets = { ...(url === undefined ? {} : { url }), ...(queryUrl === undefined ? {} : { queryUrl }) }
  const map = document.get("destination", true)
  if (!isMap(map) || map.get("type") !== wanted.type) {
    document.set("destination", nodeOf(document, { ...wanted, ...secrets }))
    return
  }
  fill(document, map, wanted, destinationKeys)
  for (const [key, value] of Object.entries(secrets)) map.set(key, nodeOf(document, value))
}

type Reference = { readonly file: string }

/** As the file has it. */
export type DestinationText = Omit<DestinationChoice, "url" | "queryUrl"> & {
  readonly url?: Reference | undefined
  readonly queryUrl?: Reference | undefined
}

const setSchedule = (document: Doc, schedule: SpecChange["schedule"]): void => {
  if (schedule === null || schedule === undefined) {
    document.delete("schedule")
    return
  }
  const plain = Object.keys(schedule).length === 1
  const value = plain ? schedule.cron : schedule
  const map = document.toJS() as { schedule?: unknown }
  if (!same(map.schedule, value)) document.set("schedule", document.createNode(value))
}

const setTitle = (document: Doc, title: string): void => {
  const map = document.contents
  if (!isMap(map) || map.has("title")) {
    document.set("title", title)
    return
  }
  const after = map.items.findIndex(({ key }) => String(key) === "name")
  map.items.splice(after + 1, 0, document.createPair("title", title))
}

/** A change whose secrets are references. */
export type TextChange = Omit<SpecChange, "destination"> & { readonly destination?: DestinationText }

export const changedText = (text: string, change: TextChange): string => {
  const document = parseSpec(text)
  if (change.title !== undefined) setTitle(document, change.title)
  if (change.streams !== undefined) setStreams(document, change.streams)
  if (change.destination !== undefined) setDestination(document, change.destination)
  if ("schedule" in change) setSchedule(document, change.schedule)
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

/** For a login that was made anew: where, and how. */
export const withLogin = (
  text: string,
  login: {
    readonly environment: string
    readonly auth: Readonly<Record<string, unknown>>
    readonly title?: string
  }
): string => {
  const document = parseSpec(text)
  document.setIn(["source", "environment"], login.environment)
  document.setIn(["source", "auth"], nodeOf(document, login.auth))
  if (login.title !== undefined) setTitle(document, login.title)
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}
