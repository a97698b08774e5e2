/** A card of a page: what it is called, what it is for, what can be done there, and what went wrong with that. */
import type { ReactNode } from "react"
import type { Problem } from "../data/problem.ts"
import { Failure } from "./status.tsx"

export const Section = ({
  id,
  title,
  level = 2,
  lead,
  action,
  problem = null,
  children
}: {
  /** Of the heading, by which the card is named. */
  readonly id: string
  readonly title: string
  readonly level?: 2 | 3
  readonly lead: string
  readonly action?: ReactNode
  readonly problem?: Problem | null
  readonly children?: ReactNode
}) => {
  const Heading = level === 2 ? "h2" : "h3"
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <div>
          <Heading id={id}>{title}</Heading>
          <p className="hint">{lead}</p>
        </div>
        {action}
      </div>
      {problem ? (
        <div className="card-body">
          <Failure problem={problem} />
        </div>
      ) : null}
      {children}
    </section>
  )
}
