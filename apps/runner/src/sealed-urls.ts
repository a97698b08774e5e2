/**
 * A database's address may be kept encrypted, as the config UI does: the destination gets it in clear, and nobody
 * else. Destinations know nothing of the store that logins are kept in.
 */
import type { CopySpec, DestinationConnector, Failure, Secret } from "@decant/connector"
import { Effect, Redacted } from "effect"

const isSealed = (secret: Secret | undefined): secret is { readonly file: string } =>
  secret !== undefined && !Redacted.isRedacted(secret) && "file" in secret && secret.file.endsWith(".jwe")

const opened = Effect.fnUntraced(function* (secret: Secret, key: string, folder: string) {
  if (!isSealed(secret)) return secret
  const { readSecret } = yield* Effect.promise(() => import("@decant/auth"))
  return yield* readSecret(secret, `destination.${key}`, { folder, env: process.env })
})

const clear = Effect.fnUntraced(function* (
  spec: CopySpec,
  folder: string
): Effect.fn.Return<CopySpec, Failure> {
  const { destination } = spec
  if (destination.type !== "postgres") return spec
  const { url, queryUrl, ...rest } = destination
  return {
    ...spec,
    destination: {
      ...rest,
      url: yield* opened(url, "url", folder),
      ...(queryUrl === undefined ? {} : { queryUrl: yield* opened(queryUrl, "queryUrl", folder) })
    }
  }
})

export const withSealedUrls = (connector: DestinationConnector): DestinationConnector => ({
  ...connector,
  open: (options) =>
    Effect.flatMap(clear(options.spec, options.folder), (spec) => connector.open({ ...options, spec }))
})
