/** How something stands: a badge, a notice, and what a page shows while it waits, has nothing, or failed. */
import type { ReactNode } from "react"
import type { Problem } from "../data/problem.ts"
import { words } from "../words.ts"
import { Button } from "./button.tsx"
import { Icon, type IconName } from "./icon.tsx"

export type Tone = "good" | "warn" | "bad" | "accent" | "plain"

const icons: Readonly<Record<Tone, IconName>> = {
  good: "check",
  warn: "alert",
  bad: "alert",
  accent: "info",
  plain: "info"
}

export const Badge = ({
  tone = "plain",
  children
}: {
  readonly tone?: Tone
  readonly children: ReactNode
}) => (
  <span className="badge" data-tone={tone}>
    {tone === "plain" || tone === "accent" ? null : <Icon name={icons[tone]} size={13} />}
    {children}
  </span>
)

export const Notice = ({
  tone = "plain",
  title,
  children,
  live = false
}: {
  readonly tone?: Tone
  readonly title: string
  readonly children?: ReactNode
  readonly live?: boolean
}) => (
  <div className="notice" data-tone={tone} {...(live && { role: tone === "bad" ? "alert" : "status" })}>
    <Icon name={icons[tone]} />
    <strong>{title}</strong>
    {children}
  </div>
)

/** What went wrong, and what to click. */
export const Failure = ({
  problem,
  onRetry
}: {
  readonly problem: Problem
  readonly onRetry?: (() => void) | undefined
}) => (
  <Notice tone="bad" title={problem.message} live>
    {problem.fix ? <p>{problem.fix}</p> : null}
    {onRetry ? (
      <div className="row">
        <Button size="small" onPress={onRetry}>
          {words.tryAgain}
        </Button>
      </div>
    ) : null}
  </Notice>
)

export const Empty = ({
  title,
  children,
  action
}: {
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}) => (
  <div className="empty">
    <h2>{title}</h2>
    <p>{children}</p>
    {action}
  </div>
)

const bars = ["a", "b", "c", "d", "e", "f"]

export const Loading = ({ rows = 4 }: { readonly rows?: number }) => (
  <div className="stack stack-tight" role="status" aria-label={words.loading}>
    {bars.slice(0, rows).map((bar) => (
      <div key={bar} className="skeleton" />
    ))}
  </div>
)
