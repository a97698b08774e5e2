/** What a client may know of a tool before it calls it: https://modelcontextprotocol.io/specification/2025-11-25/server/tools */
import { Context } from "effect"
import * as Tool from "effect/ai/Tool"

interface Hints {
  readonly title: string
  /** Of what is meant by "read-only": nothing changes, neither in Salesforce nor in the copy. */
  readonly readOnly: boolean
  readonly destructive: boolean
  readonly idempotent: boolean
  /** Asks Salesforce, not only the copy. */
  readonly openWorld: boolean
}

const hints = (of: Hints): Context.Context<never> =>
  Context.empty().pipe(
    Context.add(Tool.Title, of.title),
    Context.add(Tool.Readonly, of.readOnly),
    Context.add(Tool.Destructive, of.destructive),
    Context.add(Tool.Idempotent, of.idempotent),
    Context.add(Tool.OpenWorld, of.openWorld),
    Context.add(Tool.Strict, true)
  ) as Context.Context<never>

export const readsCopy = (title: string): Context.Context<never> =>
  hints({ title, readOnly: true, destructive: false, idempotent: true, openWorld: false })

export const readsOrg = (title: string): Context.Context<never> =>
  hints({ title, readOnly: true, destructive: false, idempotent: true, openWorld: true })

export const writes = (
  title: string,
  of: { readonly destructive: boolean; readonly idempotent: boolean }
): Context.Context<never> => hints({ title, readOnly: false, openWorld: true, ...of })
