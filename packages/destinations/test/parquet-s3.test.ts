/** Tables in a bucket: the whole contract, and what only a bucket has. */
import { existsSync } from "node:fs"
import { basename } from "node:path"
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { afterAll, beforeAll } from "vitest"
import { account, commitAfter, segment } from "./account.ts"
import { destinationContract } from "./contract.ts"
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

const oneRow = (at: string, version: number) =>
  commitAfter(version, { segments: [segment(at, { asOf: version, rows: [account(`001${version}`, 1)] })] })

describe.skipIf("missing" in python)("", () => {
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    stop = await startS3(python)
  }, 120_000)
  afterAll(() => stop?.())

  destinationContract(subject)

  describe("Parquet on S3", () => {
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
        const client = new S3Client({ forcePathStyle: true })
        const Prefix = `${basename(at)}/copy/Account/data/`
        const objects = yield* Effect.promise(() =>
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
        )
        client.destroy()
        assert.strictEqual(objects.KeyCount, 4)
      })
    )

    it.live("goes on over more commits than one log checkpoint", () =>
      Effect.gen(function* () {
        const at = yield* folder
        const destination = yield* open(subject, at)
        for (let version = 0; version < 13; version++) yield* destination.commit(oneRow(at, version))
        const later = yield* open(subject, at)
        assert.deepStrictEqual(
          yield* rowsOf(
            later,
            `SELECT count(*), (SELECT version FROM _decant.checkpoints) FROM account_live`
          ),
          [[13, 13]]
        )
      })
    )

    it.live("checks by an upload that it gives up, and leaves nothing", () =>
      Effect.gen(function* () {
        const at = yield* folder
        yield* (yield* open(subject, at)).check
        const client = new S3Client({ forcePathStyle: true })
        const Prefix = basename(at)
        const objects = yield* Effect.promise(() =>
          client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
        )
        const uploads = yield* Effect.promise(() =>
          client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }))
        )
        client.destroy()
        assert.deepStrictEqual([objects.KeyCount ?? 0, uploads.Uploads?.length ?? 0], [0, 0])
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
