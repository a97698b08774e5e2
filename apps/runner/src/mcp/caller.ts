/** Who asks: over stdio the person who started the process, over HTTP the owner of the bearer token. */
import { Context } from "effect"

export interface Caller {
  readonly name: string
  /** The Salesforce user as whom to ask; null for the spec's own. */
  readonly username: string | null
  /** May ask the copy, which shows what the sync's own user sees. */
  readonly copy: boolean
}

export class TheCaller extends Context.Service<TheCaller, Caller>()("decant/mcp/TheCaller") {}

export const localCaller: Caller = { name: "local", username: null, copy: true }
