/**
 * What Salesforce's documents leave open is a switch here, not a guess: each has the likelier behaviour as its
 * default and can be set with `--switch name=value` or `POST /emulator/switches`.
 */
import { Context, Effect, Layer } from "effect"
import { SWITCHES, type SwitchName, type Switches as Values } from "./switch-table.ts"

export class Switches extends Context.Service<
  Switches,
  {
    /** The current values; read at the moment of use, so that a change takes effect at once. */
    readonly values: Values
    /** Sets the given switches and returns the names it does not know or whose value has the wrong type. */
    readonly set: (changes: Readonly<Record<string, unknown>>) => ReadonlyArray<string>
    readonly reset: () => void
  }
>()("salesforce-emulator/control/Switches") {
  static readonly layer = (initial: Readonly<Record<string, unknown>> = {}) =>
    Layer.effect(
      Switches,
      Effect.sync(() => {
        const values = defaults()
        const set = (changes: Readonly<Record<string, unknown>>) => apply(values, changes)
        set(initial)
        const reset = () => {
          Object.assign(values, defaults())
          set(initial)
        }
        return Switches.of({ values, set, reset })
      })
    )
}

const defaults = (): Values =>
  Object.fromEntries(Object.entries(SWITCHES).map(([name, entry]) => [name, entry.value])) as Values

const isSwitch = (name: string): name is SwitchName => Object.hasOwn(SWITCHES, name)

function apply(values: Values, changes: Readonly<Record<string, unknown>>): ReadonlyArray<string> {
  const refused: Array<string> = []
  for (const [name, raw] of Object.entries(changes)) {
    if (!isSwitch(name)) {
      refused.push(`${name}: no such switch`)
      continue
    }
    const entry = SWITCHES[name]
    const value = typeof raw === "string" ? fromText(raw, typeof entry.value) : raw
    const choices: ReadonlyArray<unknown> | undefined = "choices" in entry ? entry.choices : undefined
    if (typeof value !== typeof entry.value || (choices !== undefined && !choices.includes(value))) {
      refused.push(`${name}: expected ${choices?.join(" | ") ?? typeof entry.value}`)
      continue
    }
    Object.assign(values, { [name]: value })
  }
  return refused
}

function fromText(text: string, type: string): unknown {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text
  if (type === "number") return text.trim() === "" ? text : Number.isNaN(Number(text)) ? text : Number(text)
  return text
}
