/**
 * Tables in a bucket. A bucket is another `Store` under the same commits: here is what goes through each of its
 * operations (conditional puts, listing, uploads whole and in parts, reading back, removal), alone and in the life of a
 * stream from a hidden first load to an erased record.
 *
 * What the values of rows are, how deletions, increments and schema changes are merged, which files are refused and how
 * fields are described is decided in DuckDB before a byte goes to the store, so those contracts are proved on the local
 * folder only: first-load, increments, deletes, generations, values, refused-files, schema-changes, commits.
 */
import { createHash, randomBytes } from "node:crypto"
import { createReadStream, existsSync, writeFileSync } from "node:fs"
import { basename } from "node:path"
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { afterAll, beforeAll } from "vitest"
import { s3Store } from "../src/parquet/s3-store.ts"
import { account, accountSchema, commitAfter, header, second, segment, withSchema } from "./account.ts"
import { counts, names, none } from "./contract/counts.ts"
import { lookingContract } from "./contract/looking.ts"
import { orgsContract } from "./contract/orgs.ts"
import { writersContract } from "./contract/writers.ts"
import { parquetSubject } from "./parquet-subject.ts"
import { commitOfPart, cutIntoParts, partIds } from "./part-commits.ts"
import { pythonWith } from "./python-packages.ts"
import { bucket, startS3 } from "./s3-server.ts"
import { codeOf, folder, open, rowsOf, type Subject } from "./subject.ts"

const python = pythonWith("moto")
if ("missing" in python) process.stderr.write(`Parquet on S3 is skipped: ${python.missing}\n`)

const subject: Subject = {
  ...parquetSubject,
  name: "Parquet on S3",
  keepsNothingAside: "NOT_SUPPORTED",
  destination: (at) => ({
    type: "parquet",
    path: `s3://${bucket}/${basename(at)}/copy`,
    schema: "salesforce",
    retention: Duration.hours(24),
    deletes: { soft: "mark", hard: "mark" },
    numbers: "double"
  })
}

/** The keys of all that lies below a copy's prefix. */
const objectsOf = (at: string) =>
  Effect.promise(async () => {
    const client = new S3Client({ forcePathStyle: true })
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${basename(at)}/` })
    )
    client.destroy()
    return Contents.map(({ Key = "" }) => Key)
  })

const oneRow = (at: string, version: number) =>
  commitAfter(version, { segments: [segment(at, { asOf: version, rows: [account(`001${version}`, 1)] })] })

describe.skipIf("missing" in python)("", () => {
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    stop = await startS3(python)
  }, 120_000)
  afterAll(() => stop?.())

  lookingContract(subject)
  orgsContract(subject)
  writersContract(subject)

  describe("Parquet on S3", () => {
    it.live("carries a stream from a hidden first load through changes, removals and a new column", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        const schema = withSchema({
          history: true,
          deletes: { soft: "mark", hard: "remove", flag: "IsDeleted" }
        })
        const full = (version: number, generation: number, id: string, publish: boolean) =>
          commitAfter(version, {
            schema,
            phase: "full",
            generation,
            publish,
            segments: [segment(at, { generation, asOf: 1, rows: [account(id, 1)] })]
          })
        assert.deepStrictEqual(yield* destination.checkpoints, { orgId: null, streams: {} })
        yield* destination.commit(full(0, 1, "001A", false))
        assert.lengthOf((yield* Effect.flip(rowsOf(destination, names))).message.match(/Account/) ?? [], 1)
        yield* destination.commit(full(1, 1, "001B", true))
        const twice = full(1, 1, "001B", true)
        assert.strictEqual(yield* codeOf(destination.commit(full(0, 1, "001C", true))), "WRITER_CONFLICT")
        yield* destination.commit(full(2, 2, "001X", false))
        yield* destination.discard("Account", 2)
        const first = [
          ["001A", "Account 001A"],
          ["001B", "Account 001B"]
        ]
        assert.deepStrictEqual(yield* rowsOf(destination, names), first)

        const increment = (version: number, of: ReturnType<typeof segment>) =>
          commitAfter(version, { schema, segments: [of] })
        const gone = segment(at, {
          asOf: 10,
          effect: "delete",
          header: ["Id", "SystemModstamp"],
          rows: [{ Id: "001B", SystemModstamp: second(8) }]
        })
        // What was removed is kept as a file of its own, which a later process fetches: an old page brings nothing back.
        yield* destination.commit(increment(3, gone))
        const later = yield* open(subject, at)
        const old = segment(at, {
          asOf: 5,
          rows: [account("001A", 12, { Name: "Renamed" }), account("001B", 7)]
        })
        const merged = increment(4, old)
        assert.deepStrictEqual(counts(yield* later.commit(merged)), { ...none, updated: 1, unchanged: 1 })
        assert.deepStrictEqual(counts(yield* later.commit(merged)), none)
        const wide = {
          ...schema,
          columns: [
            ...accountSchema.columns,
            { name: "Fax", label: "Fax", type: { kind: "text" }, from: { header: "Fax" } }
          ] as const
        }
        const faxed = segment(at, {
          asOf: 20,
          header: [...header, "Fax"],
          rows: [account("001C", 15, { Fax: "1" })]
        })
        const added = yield* later.commit(commitAfter(5, { schema: wide, segments: [faxed] }))
        assert.deepStrictEqual(
          added.schemaChanges.map(({ kind }) => kind),
          ["column-added"]
        )

        const reader = yield* open(subject, at, { orgId: null })
        const { Account } = (yield* reader.checkpoints).streams
        assert.deepStrictEqual([Account?.version, Account?.rows], [6, 2])
        assert.deepStrictEqual(
          yield* rowsOf(reader, `SELECT "Id", "Name", "Fax" FROM account_live ORDER BY 1`),
          [
            ["001A", "Renamed", null],
            ["001C", "Account 001C", "1"]
          ]
        )
        assert.deepStrictEqual(
          yield* rowsOf(
            reader,
            `SELECT "Id", "Name", is_current FROM "Account_history" ORDER BY 1, valid_from`
          ),
          [
            ["001A", "Account 001A", false],
            ["001A", "Renamed", true],
            ["001B", "Account 001B", false],
            ["001B", "Account 001B", false],
            ["001C", "Account 001C", true]
          ]
        )
        const described = `SELECT label FROM _decant.fields WHERE column_name = 'Fax'`
        assert.deepStrictEqual(yield* rowsOf(reader, described), [["Fax"]])
        assert.strictEqual(yield* codeOf(later.commit(twice)), "WRITER_CONFLICT")
      })
    )

    it.live("erases a record: no object of the bucket is left that held it", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        const schema = withSchema({ history: true })
        const commit = (version: number, rows: ReadonlyArray<ReturnType<typeof account>>) =>
          destination.commit(
            commitAfter(version, { schema, segments: [segment(at, { asOf: 10 * (version + 1), rows })] })
          )
        yield* commit(0, [account("003Maria", 1, { Name: "Maria" }), account("003Other", 1)])
        yield* commit(1, [account("003Maria", 11, { Name: "Marie" })])
        const held = yield* objectsOf(at)
        const erasure = yield* destination.erase("Account", "003Maria")
        assert.deepStrictEqual(
          erasure.removed.map(({ rows }) => rows).filter((rows) => rows > 0),
          [1, 2]
        )
        assert.isAtLeast(erasure.proof.length, 2)
        assert.deepStrictEqual(
          erasure.proof.filter(({ found }) => found > 0),
          []
        )
        const data = (keys: ReadonlyArray<string>) => keys.filter((key) => key.includes("/data/"))
        const left = data(yield* objectsOf(at))
        assert.lengthOf(left, 2)
        assert.deepStrictEqual(
          left.filter((key) => held.includes(key)),
          []
        )
        const later = yield* open(subject, at)
        for (const table of [`"Account"`, `"Account_history"`]) {
          assert.deepStrictEqual(yield* rowsOf(later, `SELECT "Id" FROM ${table}`), [["003Other"]])
        }
      })
    )

    it.live("uploads a big file in parts, and reads back what it wrote", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const place = { name: bucket, prefix: basename(at) }
        const writing = yield* s3Store("s3", place, `${at}/writer`)
        const reading = yield* s3Store("s3", place, `${at}/reader`)
        const bytes = randomBytes(20 * 1024 * 1024)
        const digest = (content: Buffer) => createHash("sha256").update(content).digest("hex")
        yield* writing.use(
          Effect.gen(function* () {
            writeFileSync(yield* writing.draft("big"), bytes)
            assert.deepStrictEqual(yield* writing.keep("big"), { bytes: bytes.length })
          })
        )
        const found = yield* reading.use(
          Effect.gen(function* () {
            const [path = ""] = yield* reading.readable(["big"])
            const hash = createHash("sha256")
            yield* Effect.promise(async () => {
              for await (const chunk of createReadStream(path)) hash.update(chunk)
            })
            return hash.digest("hex")
          })
        )
        assert.strictEqual(found, digest(bytes))
        assert.isFalse(existsSync(`${at}/reader/s3`))
        yield* writing.remove(["big"])
        assert.isNull(yield* reading.read("big"))
      })
    )

    it.live("lets one of two writers that commit at once have the version", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const first = yield* open(subject, at)
        const other = yield* open(subject, at)
        yield* first.commit(oneRow(at, 0))
        const codes = yield* Effect.all(
          [codeOf(first.commit(oneRow(at, 1))), codeOf(other.commit(oneRow(at, 1)))],
          { concurrency: 2 }
        )
        assert.deepStrictEqual([...codes].sort(), ["WRITER_CONFLICT", "no failure"])
        assert.deepStrictEqual(yield* rowsOf(first, `SELECT count(*) FROM "Account"`), [[2]])
      })
    )

    it.live("takes the parts of two writers at once, and each of their files is uploaded once", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const writers = [yield* open(subject, at), yield* open(subject, at)]
        const ids = partIds(4)
        yield* writers[0]?.commit(cutIntoParts(ids)) ?? Effect.void
        const results = yield* Effect.forEach(
          ids,
          (id, turn) => writers[turn % 2]?.commit(commitOfPart(at, id)) ?? Effect.die("no writer"),
          { concurrency: "unbounded" }
        )
        assert.sameMembers(
          results.map(({ rows }) => rows),
          [10, 20, 30, 40]
        )
        const later = yield* open(subject, at)
        const counted = `SELECT count(*)::INTEGER, count(DISTINCT "Id")::INTEGER FROM "Account"`
        assert.deepStrictEqual(yield* rowsOf(later, counted), [[40, 40]])
        const data = (yield* objectsOf(at)).filter((key) => key.includes("/copy/Account/data/"))
        assert.lengthOf(data, 4)
      })
    )

    it.live("goes on over more commits than one log checkpoint", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        for (let version = 0; version < 12; version++) yield* destination.commit(oneRow(at, version))
        const later = yield* open(subject, at)
        assert.deepStrictEqual(
          yield* rowsOf(
            later,
            `SELECT count(*), (SELECT version FROM _decant.checkpoints) FROM account_live`
          ),
          [[12, 12]]
        )
      })
    )

    it.live("checks by an upload that it gives up, and leaves nothing", () =>
      Effect.gen(function* () {
        const at = yield* folder
        yield* (yield* open(subject, at)).check
        const client = new S3Client({ forcePathStyle: true })
        const Prefix = basename(at)
        const objects = yield* objectsOf(at)
        const uploads = yield* Effect.promise(() =>
          client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }))
        )
        client.destroy()
        assert.deepStrictEqual([objects.length, uploads.Uploads?.length ?? 0], [0, 0])
      })
    )

    it.live("says that a bucket is not there", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at, { destination: { path: "s3://no-such-bucket/x" } })
        const failure = yield* Effect.flip(destination.check)
        assert.strictEqual(failure.code, "DESTINATION_UNREACHABLE")
        assert.include(failure.message, "no such bucket")
        assert.strictEqual(yield* codeOf(destination.commit(oneRow(at, 0))), "DESTINATION_UNREACHABLE")
        assert.isFalse(existsSync(`${at}/s3:`))
      })
    )
  })
})
