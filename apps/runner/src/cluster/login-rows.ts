/**
 * The table of the cluster's logins (and that of its mask keys), and what is asked of it. A login is in it only encrypted. `version` is a new
 * random one at each write: who writes names the version that it has seen, so that one who is late changes nothing,
 * and a write whose answer was lost is recognised when it is made again.
 */
import type { AuthError } from "@decant/auth"
import { Effect } from "effect"
import type { Answer } from "./logins-database.ts"

type Ask = (sql: string, values: ReadonlyArray<unknown>) => Effect.Effect<Answer, AuthError>

/** Two that make it at once do so one after the other. Whoever is not allowed to make schemas may find them made. */
const definition = `SELECT pg_advisory_xact_lock(hashtextextended('decant cluster', 0));
DO $$ BEGIN
  IF to_regnamespace('decant_cluster') IS NULL THEN CREATE SCHEMA decant_cluster; END IF;
END $$;
CREATE TABLE IF NOT EXISTS decant_cluster.logins (
  name text PRIMARY KEY,
  version uuid NOT NULL,
  written_at timestamptz NOT NULL,
  renewing boolean NOT NULL,
  sealed text NOT NULL
);
CREATE TABLE IF NOT EXISTS decant_cluster.mask_keys (name text PRIMARY KEY, sealed text NOT NULL);
COMMENT ON COLUMN decant_cluster.logins.sealed IS 'the login, encrypted with DECANT_KEY';
COMMENT ON COLUMN decant_cluster.mask_keys.sealed IS 'the key of mask: hmac, encrypted with DECANT_KEY';
COMMENT ON COLUMN decant_cluster.logins.renewing IS 'a worker is exchanging the refresh token, or ended while it did'`

export const createTables = Effect.fnUntraced(function* (ask: Ask) {
  const { rows } = yield* ask("SELECT to_regclass('decant_cluster.mask_keys') IS NOT NULL AS there", [])
  if (rows[0]?.there !== true) yield* ask(definition, [])
})

export interface LoginRow {
  readonly version: string
  readonly sealed: string
}

/** Null when there is none. */
export const readRow = (ask: Ask, name: string): Effect.Effect<LoginRow | null, AuthError> =>
  Effect.map(
    ask("SELECT version::text, sealed FROM decant_cluster.logins WHERE name = $1", [name]),
    ({ rows: [row] }) =>
      row === undefined ? null : { version: String(row.version), sealed: String(row.sealed) }
  )

export const loginNames = (ask: Ask): Effect.Effect<ReadonlyArray<string>, AuthError> =>
  Effect.map(ask("SELECT name FROM decant_cluster.logins ORDER BY name", []), ({ rows }) =>
    rows.map(({ name }) => String(name))
  )

interface WriteRow {
  readonly name: string
  /** The version that the writer has seen; null when there was no login. */
  readonly seen: string | null
  readonly next: string
  readonly renewing: boolean
  readonly sealed: string
}

/** False when somebody else has written meanwhile. The same write may be made twice. */
export const writeRow = (ask: Ask, { name, seen, next, renewing, sealed }: WriteRow) => {
  const answer =
    seen === null
      ? ask(
          `INSERT INTO decant_cluster.logins AS l (name, version, written_at, renewing, sealed)
            VALUES ($1, $2, clock_timestamp(), $3, $4)
            ON CONFLICT (name) DO UPDATE SET version = l.version WHERE l.version = excluded.version`,
          [name, next, renewing, sealed]
        )
      : ask(
          `UPDATE decant_cluster.logins
            SET version = $2, written_at = clock_timestamp(), renewing = $3, sealed = $4
            WHERE name = $1 AND version IN ($5, $2)`,
          [name, next, renewing, sealed, seen]
        )
  return Effect.map(answer, ({ count }) => count === 1)
}

/** False when somebody else has written meanwhile. */
export const removeRow = Effect.fnUntraced(function* (ask: Ask, name: string, seen: string | null) {
  yield* ask("DELETE FROM decant_cluster.logins WHERE name = $1 AND version = $2", [name, seen])
  return (yield* readRow(ask, name)) === null
})

/** Until the session ends. */
export const tryLock = (ask: Ask, name: string): Effect.Effect<boolean, AuthError> =>
  Effect.map(
    ask("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken", [`decant_cluster.logins ${name}`]),
    ({ rows }) => rows[0]?.taken === true
  )

/** A refresh token that was marked a moment ago may be on its way, though its worker has lost the lock. */
export const isOnItsWay = (ask: Ask, name: string): Effect.Effect<boolean, AuthError> =>
  Effect.map(
    ask(
      `SELECT 1 FROM decant_cluster.logins
        WHERE name = $1 AND renewing AND written_at > clock_timestamp() - interval '60 seconds'`,
      [name]
    ),
    ({ count }) => count === 1
  )

/** That of the database, which is the one given where it had none. */
export const keepMaskKey = Effect.fnUntraced(function* (ask: Ask, name: string, sealed: string) {
  yield* ask("INSERT INTO decant_cluster.mask_keys (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    name,
    sealed
  ])
  return (yield* readMaskKey(ask, name)) ?? sealed
})

/** Null when there is none. */
export const readMaskKey = (ask: Ask, name: string): Effect.Effect<string | null, AuthError> =>
  Effect.map(ask("SELECT sealed FROM decant_cluster.mask_keys WHERE name = $1", [name]), ({ rows: [row] }) =>
    row === undefined ? null : String(row.sealed)
  )
