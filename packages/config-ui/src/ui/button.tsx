/** A button, and a link that looks like one. */
import type { ReactNode } from "react"
import { Button as AriaButton, type ButtonProps, Link, type LinkProps } from "react-aria-components"

interface Look {
  readonly variant?: "primary" | "quiet" | "danger"
  readonly size?: "small"
  readonly icon?: boolean
}

const lookOf = ({ variant, size, icon }: Look) => ({
  "data-variant": variant,
  "data-size": size,
  "data-icon": icon ? "" : undefined
})

export const Button = ({
  variant,
  size,
  icon,
  children,
  ...rest
}: Omit<ButtonProps, "children" | "className"> & Look & { readonly children: ReactNode }) => (
  <AriaButton
    {...rest}
    {...lookOf({ ...(variant && { variant }), ...(size && { size }), ...(icon && { icon }) })}
    className="button"
  >
    {rest.isPending ? <span className="spinner" aria-hidden="true" /> : null}
    {children}
  </AriaButton>
)

export const LinkButton = ({
  variant,
  size,
  children,
  ...rest
}: Omit<LinkProps, "children" | "className"> & Look & { readonly children: ReactNode }) => (
  <Link {...rest} {...lookOf({ ...(variant && { variant }), ...(size && { size }) })} className="button">
    {children}
  </Link>
)
