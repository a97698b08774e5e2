/** Something wide that scrolls by itself; the keyboard can reach it, and its name is read out. */
import type { ReactNode } from "react"

export const ScrollRegion = ({
  label,
  children
}: {
  readonly label: string
  readonly children: ReactNode
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
  <section className="table-scroll" tabIndex={0} aria-label={label}>
    {children}
  </section>
)
