/** Ways to choose: one of a few (cards or a list that opens), several, yes or no. */
import { type ReactNode, useId } from "react"
import { Checkbox, Label, Radio, RadioGroup, Switch } from "react-aria-components"
import { Icon } from "./icon.tsx"

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly hint?: string
  readonly disabled?: boolean
}

interface OneOf<Value extends string> {
  readonly label: string
  readonly options: ReadonlyArray<Option<Value>>
  readonly value: Value
  readonly onChange: (value: Value) => void
}

export const ChoiceCards = <Value extends string>({
  label,
  options,
  value,
  onChange,
  inline = false
}: OneOf<Value> & { readonly inline?: boolean }) => (
  <RadioGroup className="field" value={value} onChange={(next) => onChange(next as Value)}>
    <Label>{label}</Label>
    <div className={inline ? "choices choices-inline" : "choices"}>
      {options.map((option) => (
        <Radio
          key={option.value}
          value={option.value}
          className="choice"
          isDisabled={option.disabled ?? false}
        >
          <strong>{option.label}</strong>
          {option.hint ? <span className="hint">{option.hint}</span> : null}
        </Radio>
      ))}
    </div>
  </RadioGroup>
)

/** The browser's own list: it stays quick with hundreds of options, and phones show it their way. */
export const Choose = <Value extends string>({
  label,
  options,
  value,
  onChange,
  hideLabel = false
}: OneOf<Value> & { readonly hideLabel?: boolean }) => {
  const id = useId()
  return (
    <div className="field">
      {hideLabel ? null : <label htmlFor={id}>{label}</label>}
      <select
        id={id}
        className={hideLabel ? "select select-small" : "select"}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        {...(hideLabel && { "aria-label": label })}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
            {option.hint ? ` (${option.hint})` : ""}
          </option>
        ))}
      </select>
    </div>
  )
}

export const Check = ({
  children,
  isSelected,
  onChange,
  isDisabled = false,
  isIndeterminate = false,
  label
}: {
  readonly children?: ReactNode
  readonly isSelected: boolean
  readonly onChange: (selected: boolean) => void
  readonly isDisabled?: boolean
  readonly isIndeterminate?: boolean
  readonly label?: string
}) => (
  <Checkbox
    className="check"
    isSelected={isSelected}
    isIndeterminate={isIndeterminate}
    onChange={onChange}
    isDisabled={isDisabled}
    {...(label && { "aria-label": label })}
  >
    <span className="check-box" aria-hidden="true">
      <Icon name="check" size={14} />
    </span>
    {children}
  </Checkbox>
)

export const Toggle = ({
  children,
  isSelected,
  onChange
}: {
  readonly children: ReactNode
  readonly isSelected: boolean
  readonly onChange: (selected: boolean) => void
}) => (
  <Switch className="switch" isSelected={isSelected} onChange={onChange}>
    <span className="switch-track" aria-hidden="true" />
    <span>{children}</span>
  </Switch>
)
