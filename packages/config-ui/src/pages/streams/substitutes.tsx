/** Standard fields that are filled from a custom one. */
import type { OrgObjectDetail } from "@decant/api"
import { useState } from "react"
import { Button } from "../../ui/button.tsx"
import { Choose } from "../../ui/choice.tsx"
import { Icon } from "../../ui/icon.tsx"
import { words } from "../../words.ts"
import { withEntry } from "./stream-choices.ts"

const text = words.streams

export const Substitutes = ({
  detail,
  substitute,
  onChange
}: {
  readonly detail: OrgObjectDetail
  readonly substitute: Readonly<Record<string, string>>
  readonly onChange: (substitute: Readonly<Record<string, string>>) => void
}) => {
  const [of, setOf] = useState("")
  const [by, setBy] = useState("")
  const usable = detail.fields.filter(({ columnType, required }) => columnType !== null && !required)
  const options = (custom: boolean) => [
    { value: "", label: text.choose },
    ...usable
      .filter((field) => field.custom === custom)
      .map(({ name, label }) => ({ value: name, label, hint: name }))
  ]
  const add = () => {
    onChange(withEntry(substitute, of, by))
    setOf("")
    setBy("")
  }
  if (!usable.some(({ custom }) => custom)) return null
  return (
    <section className="card" aria-labelledby="substitutes">
      <div className="card-body">
        <div>
          <h3 id="substitutes">{text.substitute}</h3>
          <p className="hint">{text.substituteLead}</p>
        </div>
        {Object.entries(substitute).map(([standard, custom]) => (
          <div key={standard} className="row row-between substitute">
            <span>
              <code>{standard}</code> <span className="soft">←</span> <code>{custom}</code>
            </span>
            <Button
              variant="quiet"
              icon
              aria-label={text.substituteRemove(standard)}
              onPress={() => onChange(withEntry(substitute, standard, null))}
            >
              <Icon name="wrong" size={16} />
            </Button>
          </div>
        ))}
        <div className="substitute-new">
          <Choose label={text.substituteOf} value={of} options={options(false)} onChange={setOf} />
          <Choose label={text.substituteBy} value={by} options={options(true)} onChange={setBy} />
          <Button isDisabled={of === "" || by === ""} onPress={add}>
            {text.substituteAdd}
          </Button>
        </div>
      </div>
    </section>
  )
}
