/**
 * Two processes load the parts of one stream, and one of them is killed, loses its connections or freezes, at any
 * moment: every row is in once. A failure names its seed (`DECANT_SEED` repeats it); with `DECANT_SOAK=1` it happens
 * a hundred times, and processes freeze, which the others notice after ten seconds at worst.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { commitAfter } from "./account.ts"
import { type Child, start } from "./child.ts"
import { cutIntoParts, pagesOfPart, partIds, rowIds } from "./part-commits.ts"
import { plainSchema } from "./plain-account.ts"
import type { PostgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"
import { randomBelow } from "./random-below.ts"
import { folder, open, rowsOf } from "./subject.ts"

const soak = process.env.DECANT_SOAK === "1"
const seed = Number(process.env.DECANT_SEED ?? Math.floor(Math.random() * 2 ** 31))
const schema = plainSchema()
const program = new URL("./part-writer.ts", import.meta.url)

const load = Effect.fnUntraced(function* (server: PostgresServer, seedOfLoad: number, faults: number) {
  const at = yield* folder
  const opened = open(postgresSubject(server), at)
  const parts = partIds(6)
  // Its connections are closed before any is ended.
  yield* Effect.scoped(Effect.flatMap(opened, (first) => first.commit(cutIntoParts(parts, { schema }))))
  const random = randomBelow(seedOfLoad)
  const writer = () => start(program, [server.urlOf(at), at, String(random(2 ** 31))])
  const loseConnection = Effect.promise(() =>
    server.admin(
      at,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'decant'
        AND datname = current_database() ORDER BY md5(pid::text || '${random(1000)}') LIMIT 1`
    )
  )
  const frozen: Array<Child> = []
  let writers: ReadonlyArray<Child> = [yield* writer(), yield* writer()]
  for (let fault = 0; fault < faults; fault++) {
    const [victim, other] = writers
    if (victim === undefined || other === undefined) break
    // It is at work, or came when nothing was left to do.
    yield* victim.line("")
    yield* Effect.sleep(random(150))
    const what = random(soak ? 3 : 2)
    if (what === 0) yield* loseConnection
    if (what === 1) yield* victim.kill
    if (what === 2) {
      yield* victim.signal("SIGSTOP")
      frozen.push(victim)
    }
    writers = what === 0 ? [other, victim] : [other, yield* writer()]
  }
  yield* Effect.forEach(writers, (one) => one.ended)
  const label = `seed ${seedOfLoad}`
  for (const one of writers) assert.strictEqual(one.lines().at(-1), "finished", label)
  const destination = yield* opened
  const stored = (yield* destination.checkpoints).streams.Account
  assert.deepStrictEqual([stored?.work, stored?.version], [[], parts.length * pagesOfPart + 1], label)
  yield* destination.commit(commitAfter(stored?.version ?? 0, { schema, everything: true }))
  for (const one of frozen) {
    yield* one.signal("SIGCONT")
    yield* one.ended
  }
  const wanted = parts.flatMap((id) =>
    Array.from({ length: pagesOfPart }, (_, page) => rowIds(`${id}${page}`, 200)).flat()
  )
  const rows = yield* rowsOf(destination, `SELECT "Id" FROM "Account" ORDER BY "Id"`)
  assert.deepStrictEqual(
    rows.map(([id]) => id),
    wanted,
    label
  )
})

export const dyingWriters = (server: PostgresServer): void => {
  describe("Postgres: parts of processes that die", () => {
    it.live(
      "are in once each, whoever ends them",
      () =>
        Effect.gen(function* () {
          const rounds = Array.from({ length: soak ? 33 : 1 }, (_, round) => seed + round)
          yield* Effect.forEach(rounds, (one) => Effect.scoped(load(server, one, 3)))
        }),
      soak ? 3_600_000 : 120_000
    )
  })
}
