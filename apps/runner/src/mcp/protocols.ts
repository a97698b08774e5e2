/** The revisions of the protocol that are spoken: those with sessions, in which a client can be asked back. */
import * as McpProtocol from "effect/ai/McpProtocol"

export const protocols = [
  McpProtocol.v2025_11_25,
  McpProtocol.v2025_06_18,
  McpProtocol.v2025_03_26,
  McpProtocol.v2024_11_05
] as const
