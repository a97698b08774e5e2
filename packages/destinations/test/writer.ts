/**
 * A process that commits one segment after the other, to be killed: `writer.ts FOLDER ROWS COMMITS [USER]`.
 * The commit that makes version v holds rows v000000 … It goes on from the version that it finds.
 */
import { randomBytes } from "node:crypto"
import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { commitAfter, header, second, segment } from "./account.ts"
import { duckdbSubject } from "./duckdb-subject.ts"
import { open } from "./subject.ts"

const [folder = "", rows = "0", commits = "1", user] = process.argv.slice(2)
const rowsOfPage = 25_000
const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const program = Effect.gen(function* () {
  const spool = join(folder, "spool")
  mkdirSync(spool, { recursive: true })
  chmodSync(spool, 0o777)
  if (user !== undefined) process.setuid?.(Number(user))
  const destination = yield* open(duckdbSubject, folder)
  const from = (yield* destination.checkpoints).streams.Account?.version ?? 0
  for (let version = from; version < from + Number(commits); version++) {
    const filler = randomBytes(1_000_000).toString("base64")
    const lines = Array.from({ length: Number(rows) }, (_, index) => {
      const from = (index * 61) % 1_000_000
      return `"${version}${String(index).padStart(6, "0")}","${second(1)}","false","${filler.slice(from, from + 40)}","${index}","","","",""\n`
    })
    const head = `${header.map((name) => `"${name}"`).join(",")}\n`
    const pages = Array.from({ length: Math.ceil(lines.length / rowsOfPage) }, (_, page) =>
      lines.slice(page * rowsOfPage, (page + 1) * rowsOfPage)
    )
    const segments = pages.map((page) =>
      segment(spool, { asOf: version, work: "job", rows: [], said: page.length, text: head + page.join("") })
    )
    yield* say(`begin ${version + 1}`)
    yield* destination.commit(commitAfter(version, { phase: "backfill", segments }))
    yield* say(`done ${version + 1}`)
  }
}).pipe(
  Effect.scoped,
  Effect.catch((failure) => say(`failed ${failure.code} ${failure.message}`))
)

await Effect.runPromise(program)
