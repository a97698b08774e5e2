/** The tables of a cluster, in its schema; those of the workflow engine make themselves. */
export const clusterTables: ReadonlyArray<string> = [
  /** One row per worker process; `seen_at` is its pulse. */
  `CREATE TABLE IF NOT EXISTS workers (
     worker text PRIMARY KEY, name text NOT NULL, host text NOT NULL, process integer NOT NULL, version text NOT NULL,
     at_once integer NOT NULL, specs jsonb NOT NULL DEFAULT '[]', started_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(),
     left_at timestamptz)`,
  /** One row per sync of a spec, from when it is asked for. */
  `CREATE TABLE IF NOT EXISTS runs (
     run_id text PRIMARY KEY, spec text NOT NULL, fingerprint text NOT NULL, request jsonb NOT NULL,
     asked_by text NOT NULL, tick timestamptz, queued_at timestamptz NOT NULL DEFAULT now(), started_at timestamptz,
     finished_at timestamptz, status text, report jsonb, outcome jsonb)`,
  "CREATE UNIQUE INDEX IF NOT EXISTS runs_one_at_a_time ON runs (spec) WHERE finished_at IS NULL",
  /** One row for each time that a worker took up a task of a run. */
  `CREATE TABLE IF NOT EXISTS attempts (
     run_id text NOT NULL, task text NOT NULL, attempt integer NOT NULL, worker text NOT NULL, kind text NOT NULL,
     stream text, phase text, rows bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0,
     started_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(),
     ended_at timestamptz, ended text, result jsonb, PRIMARY KEY (run_id, task, attempt))`,
  /** How far each spec's schedule has been acted upon. */
  `CREATE TABLE IF NOT EXISTS schedules (
     spec text PRIMARY KEY, plan text NOT NULL, acted_to timestamptz NOT NULL)`
]
