/** The objects of the org: those that are copied, or all, with what a person wants to know before choosing. */
import type { OrgObject, StreamChoice } from "@decant/api"
import { useState } from "react"
import { ToggleButton, ToggleButtonGroup } from "react-aria-components"
import { Search } from "../../ui/field.tsx"
import { about } from "../../ui/figures.ts"
import { Icon } from "../../ui/icon.tsx"
import { Loading } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { inOrder, isObjectStream, isPattern, keyOf, matches } from "./stream-choices.ts"

const text = words.streams
type Shown = "chosen" | "all"

/** More than anybody scrolls through; the search narrows it. */
const mostShown = 200

interface Entry {
  readonly key: string
  readonly label: string
  readonly name: string
  readonly note: string
  readonly chosen: boolean
}

const noteOf = (object: OrgObject | undefined): string => {
  if (!object) return ""
  if (object.unsupported !== null) return text.cannot
  return object.rows === null ? "" : text.rows(about(object.rows))
}

const chosenEntries = (
  streams: ReadonlyArray<StreamChoice>,
  objects: ReadonlyArray<OrgObject>
): ReadonlyArray<Entry> =>
  streams.map((stream) => {
    const key = keyOf(stream)
    if (!isObjectStream(stream)) return { key, label: key, name: text.query, note: "", chosen: true }
    if (isPattern(stream)) return { key, label: key, name: text.pattern, note: "", chosen: true }
    const object = objects.find(({ name }) => name === stream.object)
    return {
      key,
      label: object?.label ?? stream.object,
      name: stream.object,
      note: noteOf(object),
      chosen: true
    }
  })

const allEntries = (
  streams: ReadonlyArray<StreamChoice>,
  objects: ReadonlyArray<OrgObject>
): ReadonlyArray<Entry> => {
  const chosen = new Set(streams.flatMap((stream) => (isObjectStream(stream) ? [stream.object] : [])))
  return inOrder(objects).map((object) => ({
    key: object.name,
    label: object.label,
    name: object.name,
    note: noteOf(object),
    chosen: chosen.has(object.name)
  }))
}

export const ObjectList = ({
  objects: listed,
  streams,
  open,
  onOpen
}: {
  /** Null until the org has listed them. */
  readonly objects: ReadonlyArray<OrgObject> | null
  readonly streams: ReadonlyArray<StreamChoice>
  readonly open: string | null
  readonly onOpen: (key: string) => void
}) => {
  const [shown, setShown] = useState<Shown>("chosen")
  const [wanted, setWanted] = useState("")
  const objects = listed ?? []
  const isWaiting = listed === null && (shown === "all" || wanted !== "")
  const entries =
    shown === "chosen" && wanted === "" ? chosenEntries(streams, objects) : allEntries(streams, objects)
  const found = entries.filter(({ label, name }) => matches(wanted, label, name)).slice(0, mostShown)
  return (
    <>
      <Search label={text.search} value={wanted} onChange={setWanted} />
      <ToggleButtonGroup
        className="segments"
        selectionMode="single"
        disallowEmptySelection
        aria-label={text.title}
        selectedKeys={[wanted === "" ? shown : "all"]}
        onSelectionChange={([key]) => setShown(key === "all" ? "all" : "chosen")}
      >
        <ToggleButton id="chosen" className="segment">
          {text.chosen} <span className="soft">{streams.length}</span>
        </ToggleButton>
        <ToggleButton id="all" className="segment">
          {text.all}
        </ToggleButton>
      </ToggleButtonGroup>
      {isWaiting ? <Loading rows={6} /> : null}
      {found.length === 0 && !isWaiting ? <p className="soft small">{text.noneFound}</p> : null}
      <ul className="object-list">
        {found.map((entry) => (
          <li key={entry.key}>
            <button
              type="button"
              className="object"
              aria-current={entry.key === open}
              onClick={() => onOpen(entry.key)}
            >
              <span className="object-mark" data-chosen={entry.chosen || undefined}>
                {entry.chosen ? <Icon name="check" size={14} /> : null}
                <span className="visually-hidden">{entry.chosen ? text.chosen : ""}</span>
              </span>
              <span className="object-words">
                <span>{entry.label}</span>
                {entry.name === entry.label ? null : <span className="hint">{entry.name}</span>}
              </span>
              <span className="hint">{entry.note}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
