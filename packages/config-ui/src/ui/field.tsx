/** Fields that are typed into: a label above, a hint below, the error in place of the hint. */
import type { ReactNode } from "react"
import { FieldError, Input, Label, SearchField, Text, TextArea, TextField } from "react-aria-components"
import { Icon } from "./icon.tsx"

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  readonly error?: string | null | undefined
  readonly placeholder?: string
  readonly type?: "text" | "password" | "url"
  readonly lines?: number
  readonly isDisabled?: boolean
  readonly autoFocus?: boolean
}

export const Field = ({
  label,
  value,
  onChange,
  hint,
  error,
  placeholder,
  type = "text",
  lines,
  isDisabled = false,
  autoFocus = false
}: FieldProps) => (
  <TextField
    className="field"
    type={type}
    value={value}
    onChange={onChange}
    isInvalid={Boolean(error)}
    isDisabled={isDisabled}
    autoFocus={autoFocus}
    autoComplete={type === "password" ? "new-password" : "off"}
    spellCheck="false"
  >
    <Label>{label}</Label>
    {lines === undefined ? (
      <Input className="input" {...(placeholder && { placeholder })} />
    ) : (
      <TextArea className="input" rows={lines} {...(placeholder && { placeholder })} />
    )}
    {hint && !error ? (
      <Text slot="description" className="hint">
        {hint}
      </Text>
    ) : null}
    <FieldError className="field-error">{error}</FieldError>
  </TextField>
)

export const Search = ({
  label,
  value,
  onChange
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}) => (
  <SearchField aria-label={label} value={value} onChange={onChange} className="search">
    <Icon name="search" size={16} />
    <Input className="input" placeholder={label} />
  </SearchField>
)
