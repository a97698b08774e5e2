/** A stored login as it is kept, in a file or elsewhere: its JSON, encrypted under the store's key. */
import { Effect, Schema } from "effect"
import type { AuthError } from "../auth-error.ts"
import type { SpecPlace } from "../secret-text.ts"
import { Connection } from "./connection.ts"
import { damaged, openText, sealText } from "./sealed-text.ts"
import { storeKey } from "./store-key.ts"

const Json = Schema.fromJsonString(Connection)
const decode = Schema.decodeUnknownEffect(Json)
const encode = Schema.encodeEffect(Json)

export interface SealedConnection {
  readonly text: string
  readonly name: string
  /** What messages call it. */
  readonly file: string
}

/** A text that cannot be read is never taken for a missing login. */
export const openConnection = Effect.fnUntraced(function* (
  { text, name, file }: SealedConnection,
  env: SpecPlace["env"]
): Effect.fn.Return<Connection, AuthError> {
  const clear = yield* openText(text, file, yield* storeKey(env, false))
  const connection = yield* decode(clear).pipe(
    Effect.mapError(() => damaged(file, "what it holds is not a login of this version"))
  )
  if (connection.name !== name) return yield* damaged(file, `it holds the login ${connection.name}`)
  return connection
})

/** Makes the key when there is none. */
export const sealConnection = Effect.fnUntraced(function* (
  connection: Connection,
  env: SpecPlace["env"]
): Effect.fn.Return<string, AuthError> {
  const key = yield* storeKey(env, true)
  return yield* sealText(yield* Effect.orDie(encode(connection)), key)
})
