/** Something wide that scrolls by itself; the keyboard can reach it, and its name is read out. */
import type { ReactNode } from "react"

export const ScrollRegion = ({
  label,
  children
}: {
  readonly label: string
  readonly children: ReactNode
}) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; and no landmark beside that of the card.
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
  <div className="table-scroll" role="group" tabIndex={0} aria-label={label}>
    {children}
  </div>
)
