/** What has to be ready in Salesforce, to tick off while doing it. The ticks are only for the person. */
import type { ConnectOptions } from "@decant/api"
import { useState } from "react"
import { Check } from "../../ui/choice.tsx"
import { words } from "../../words.ts"

const text = words.connect

export const Prerequisites = ({
  items
}: {
  readonly items: ConnectOptions["methods"][number]["prerequisites"]
}) => {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  if (items.length === 0) return null
  const tick = (id: string, on: boolean) =>
    setTicked((now) => (on ? new Set([...now, id]) : new Set([...now].filter((other) => other !== id))))
  return (
    <section className="checklist" aria-label={text.checklist}>
      <div className="row row-between">
        <h3>{text.checklist}</h3>
        <span className="hint">{text.checklistDone(ticked.size, items.length)}</span>
      </div>
      <ul className="stack stack-tight">
        {items.map(({ id, title, how }) => (
          <li key={id}>
            <Check isSelected={ticked.has(id)} onChange={(on) => tick(id, on)}>
              <span>
                {title}
                <span className="hint block">{how}</span>
              </span>
            </Check>
          </li>
        ))}
      </ul>
    </section>
  )
}
