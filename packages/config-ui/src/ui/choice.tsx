/** Ways to choose: one of a few (cards or a list that opens), several, yes or no. */
import type { ReactNode } from "react"
import {
  Button,
  Checkbox,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Radio,
  RadioGroup,
  Select,
  SelectValue,
  Switch
} from "react-aria-components"
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

export const Choose = <Value extends string>({
  label,
  options,
  value,
  onChange,
  hideLabel = false,
  isDisabled = false
}: OneOf<Value> & { readonly hideLabel?: boolean; readonly isDisabled?: boolean }) => (
  <Select
    className="field"
    selectedKey={value}
    onSelectionChange={(key) => onChange(key as Value)}
    isDisabled={isDisabled}
    {...(hideLabel && { "aria-label": label })}
  >
    {hideLabel ? null : <Label>{label}</Label>}
    <Button className="select-button">
      <SelectValue>{({ selectedText }) => selectedText}</SelectValue>
      <Icon name="down" size={16} />
    </Button>
    <Popover className="popover">
      <ListBox items={options}>
        {(option: Option<Value>) => (
          <ListBoxItem id={option.value} className="option" textValue={option.label}>
            {option.label}
            {option.hint ? <span className="hint">{option.hint}</span> : null}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  </Select>
)

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
