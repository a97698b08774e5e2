/** The fields of an object: which are copied, of which type, and what is done for privacy. */
import type { ObjectStreamChoice, OrgField, OrgObjectDetail } from "@decant/api"
import { useState } from "react"
import { Check, Choose } from "../../ui/choice.tsx"
import { Search } from "../../ui/field.tsx"
import { ScrollRegion } from "../../ui/scroll-region.tsx"
import { Badge } from "../../ui/status.tsx"
import { words } from "../../words.ts"
import { matches, withEntry } from "./stream-choices.ts"

const text = words.streams
type Kind = "recommended" | "all" | "list"
type Mask = "hmac" | "drop"
type Fields = NonNullable<ObjectStreamChoice["fields"]>

interface FieldTableProps {
  readonly detail: OrgObjectDetail
  readonly stream: ObjectStreamChoice
  readonly defaultFields: Fields
  readonly set: <Key extends keyof ObjectStreamChoice>(
    key: Key,
    value: ObjectStreamChoice[Key] | undefined
  ) => void
}

const kindOf = (fields: Fields): Kind => (fields === "recommended" || fields === "all" ? fields : "list")

/** What the choice comes to, without the fields that are always read. */
const namesOf = (fields: Fields, all: ReadonlyArray<OrgField>): ReadonlySet<string> => {
  if (fields === "all") return new Set(all.map(({ name }) => name))
  if (fields === "recommended")
    return new Set(all.filter((field) => field.recommended).map(({ name }) => name))
  return new Set(fields)
}

const Row = ({
  field,
  isChosen,
  mask,
  onChoose,
  onMask
}: {
  readonly field: OrgField
  readonly isChosen: boolean
  readonly mask: Mask | undefined
  readonly onChoose: (chosen: boolean) => void
  readonly onMask: (mask: Mask | null) => void
}) => (
  <tr>
    <td>
      <Check
        label={field.label}
        isSelected={isChosen || field.required}
        isDisabled={field.required || field.columnType === null}
        onChange={onChoose}
      />
    </td>
    <th scope="row">
      {field.label}
      <span className="hint block">
        {field.name}
        {field.note ? `: ${field.note}` : ""}
      </span>
    </th>
    <td>
      <div className="row">
        {field.sourceType}
        {field.formula ? <Badge>{text.formula}</Badge> : null}
        {field.required ? <Badge>{text.required}</Badge> : null}
      </div>
    </td>
    <td>
      {isChosen && !field.required && field.columnType !== null ? (
        <Choose
          hideLabel
          label={text.maskFor(field.label)}
          value={mask ?? "keep"}
          onChange={(value) => onMask(value === "keep" ? null : value)}
          options={[
            { value: "keep", label: text.keep },
            { value: "hmac", label: text.hmac },
            { value: "drop", label: text.drop }
          ]}
        />
      ) : null}
    </td>
  </tr>
)

export const FieldTable = ({ detail, stream, defaultFields, set }: FieldTableProps) => {
  const [wanted, setWanted] = useState("")
  const usable = detail.fields.filter(({ columnType }) => columnType !== null)
  const fields = stream.fields ?? defaultFields
  const kind = kindOf(fields)
  const chosen = namesOf(fields, usable)
  const taken = usable.filter(({ name, required }) => required || chosen.has(name)).length
  const shown = detail.fields.filter(({ name, label }) => matches(wanted, name, label))
  const first = (field: OrgField) => (field.required ? 0 : chosen.has(field.name) ? 1 : 2)

  const setKind = (next: Kind) =>
    set(
      "fields",
      next === "list" ? usable.filter(({ name }) => chosen.has(name)).map(({ name }) => name) : next
    )
  const choose = (name: string, on: boolean) =>
    set(
      "fields",
      usable.map((field) => field.name).filter((other) => (other === name ? on : chosen.has(other)))
    )

  return (
    <section className="card" aria-labelledby="fields">
      <div className="card-head">
        <h3 id="fields">{text.fields}</h3>
        <span className="hint">{text.fieldsChosen(taken, usable.length)}</span>
      </div>
      <div className="card-body field-tools">
        <Choose
          label={text.fieldChoice}
          value={kind}
          onChange={setKind}
          options={(["recommended", "all", "list"] as const).map((value) => ({
            value,
            label: text.fieldChoices[value]
          }))}
        />
        <Search label={text.searchFields} value={wanted} onChange={setWanted} />
        <p className="hint field-hint">{text.fieldChoiceHints[kind]}</p>
      </div>
      <ScrollRegion label={text.fields}>
        <table className="table field-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{text.chosen}</span>
              </th>
              <th scope="col">{text.field}</th>
              <th scope="col">{text.type}</th>
              <th scope="col">{text.privacy}</th>
            </tr>
          </thead>
          <tbody>
            {shown
              .toSorted((a, b) => (kind === "list" ? 0 : first(a) - first(b)))
              .map((field) => (
                <Row
                  key={field.name}
                  field={field}
                  isChosen={chosen.has(field.name)}
                  mask={stream.mask?.[field.name]}
                  onChoose={(on) => choose(field.name, on)}
                  onMask={(mask) => set("mask", withEntry(stream.mask, field.name, mask))}
                />
              ))}
          </tbody>
        </table>
      </ScrollRegion>
      {shown.length === 0 ? <p className="card-body soft small">{text.noFieldFound}</p> : null}
    </section>
  )
}
