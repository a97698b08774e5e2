/**
 * Tables in a bucket of S3, or of a service that speaks like it. A commit is put with `If-None-Match: *`, so that of
 * two writers one gets the name. Credentials, region and endpoint come by the SDK's own ways (environment, profiles,
 * roles, AWS_ENDPOINT_URL). DuckDB reads and writes local copies, which go when the last user is done.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import { createReadStream, createWriteStream } from "node:fs"
import { mkdir, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client
} from "@aws-sdk/client-s3"
import { Upload } from "@aws-sdk/lib-storage"
import { Effect, type Scope } from "effect"
import { isMissing, isTaken, s3Failure } from "./s3-failure.ts"
import type { Store, StoredFile } from "./store.ts"

const client = (): S3Client => {
  const elsewhere = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  // Services that are not Amazon's know buckets by path, and few of them newer checksums.
  return new S3Client(
    elsewhere === undefined
      ? { followRegionRedirects: true }
      : {
          forcePathStyle: true,
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED"
        }
  )
}

export interface Bucket {
  readonly name: string
  readonly prefix: string
}

const bytesOf = async (s3: S3Client, Bucket: string, Key: string): Promise<Buffer | null> => {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return Body === undefined ? Buffer.alloc(0) : Buffer.from(await Body.transformToByteArray())
  } catch (cause) {
    if (isMissing(cause)) return null
    throw cause
  }
}

/** A put whose answer was lost is tried again by the SDK and then finds its own object there. */
const putOnce = async (s3: S3Client, Bucket: string, Key: string, bytes: Buffer): Promise<boolean> => {
  for (let tries = 0; ; tries++) {
    try {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: bytes, IfNoneMatch: "*" }))
      return true
    } catch (cause) {
      if (!isTaken(cause)) throw cause
      const there = await bytesOf(s3, Bucket, Key)
      if (there !== null) return there.equals(bytes)
      // Another put of the same name was under way, and failed.
      if (tries >= 5) throw cause
    }
  }
}

const listAll = async (
  s3: S3Client,
  bucket: string,
  prefix: string
): Promise<ReadonlyArray<ListObjectsV2CommandOutput>> => {
  const pages: Array<ListObjectsV2CommandOutput> = []
  let token: string | undefined
  do {
    const page: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: "/",
        ...(token === undefined ? {} : { ContinuationToken: token })
      })
    )
    pages.push(page)
    token = page.NextContinuationToken
  } while (token !== undefined)
  return pages
}

/** Files of `local` folder; each is fetched once while anybody needs it. */
const makeCopies = (s3: S3Client, bucket: string, local: string) => {
  const fetched = new Map<string, Promise<string>>()
  let users = 0
  const fetch = async (key: string): Promise<string> => {
    const path = join(local, key)
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    await mkdir(dirname(path), { recursive: true })
    await pipeline(Body as Readable, createWriteStream(`${path}.part`, { mode: 0o600 }))
    await rename(`${path}.part`, path)
    return path
  }
  const copyOf = (key: string): Promise<string> => {
    const known = fetched.get(key)
    if (known !== undefined) return known
    const started = fetch(key)
    fetched.set(key, started)
    started.catch(() => fetched.delete(key))
    return started
  }
  const leave = async (): Promise<void> => {
    users--
    if (users > 0) return
    fetched.clear()
    await rm(local, { recursive: true, force: true })
  }
  return {
    copyOf,
    enter: () => void users++,
    leave,
    known: (key: string, path: string) => fetched.set(key, Promise.resolve(path))
  }
}

const atOnce = 4

export const s3Store = Effect.fnUntraced(function* (
  location: string,
  bucket: Bucket,
  folder: string
): Effect.fn.Return<Store, never, Scope.Scope> {
  const s3 = yield* Effect.acquireRelease(Effect.sync(client), (open) => Effect.sync(() => open.destroy()))
  const local = join(folder, "s3")
  const copies = makeCopies(s3, bucket.name, local)
  const at = (key: string) => (bucket.prefix === "" ? key : `${bucket.prefix}/${key}`)
  const within = (name: string) => (name === "" ? at("") : `${at(name)}/`)
  const draftOf = (key: string) => join(local, "drafts", key)
  const io = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => s3Failure(location, cause) })

  const list = async (name: string): Promise<ReadonlyArray<StoredFile>> => {
    const prefix = within(name)
    const pages = await listAll(s3, bucket.name, prefix)
    return pages
      .flatMap((page) => page.Contents ?? [])
      .map(({ Key = "", Size = 0, LastModified }) => ({
        name: Key.slice(prefix.length),
        bytes: Size,
        modified: LastModified?.getTime() ?? 0
      }))
      .filter((file) => file.name !== "")
  }

  const upload = async (key: string): Promise<{ readonly bytes: number }> => {
    const draft = draftOf(key)
    const { size } = await stat(draft)
    const params = { Bucket: bucket.name, Key: at(key), Body: createReadStream(draft), ContentLength: size }
    await new Upload({ client: s3, params, queueSize: atOnce, partSize: 16 * 1024 * 1024 }).done()
    const path = join(local, at(key))
    await mkdir(dirname(path), { recursive: true })
    await rename(draft, path)
    copies.known(at(key), path)
    return { bytes: size }
  }

  const removeAll = async (keys: ReadonlyArray<string>): Promise<void> => {
    for (let first = 0; first < keys.length; first += 1000) {
      const Objects = keys.slice(first, first + 1000).map((key) => ({ Key: at(key) }))
      await s3.send(new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects, Quiet: true } }))
    }
  }

  /** An upload that is begun and given up needs the right to write, and leaves nothing. */
  const tryWriting = async (): Promise<void> => {
    await s3.send(new ListObjectsV2Command({ Bucket: bucket.name, Prefix: within("_decant"), MaxKeys: 1 }))
    const object = { Bucket: bucket.name, Key: at("_decant/check") }
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object))
    await s3.send(new AbortMultipartUploadCommand({ ...object, UploadId }))
  }

  return {
    location,
    isLocal: false,
    list: (name) => io(() => list(name)),
    folders: io(async () => {
      const prefix = bucket.prefix === "" ? "" : `${bucket.prefix}/`
      const pages = await listAll(s3, bucket.name, prefix)
      return pages
        .flatMap((page) => page.CommonPrefixes ?? [])
        .map(({ Prefix = "" }) => Prefix.slice(prefix.length, -1))
    }),
    read: (key) => io(() => bytesOf(s3, bucket.name, at(key))),
    write: (key, bytes) =>
      io(async () => {
        await s3.send(new PutObjectCommand({ Bucket: bucket.name, Key: at(key), Body: bytes }))
      }),
    putIfAbsent: (key, bytes) => Effect.uninterruptible(io(() => putOnce(s3, bucket.name, at(key), bytes))),
    draft: (key) =>
      io(async () => {
        await mkdir(dirname(draftOf(key)), { recursive: true })
        return draftOf(key)
      }),
    settle: () => Effect.void,
    keep: (key) => io(() => upload(key)),
    readable: (keys) =>
      Effect.forEach(keys, (key) => io(() => copies.copyOf(at(key))), { concurrency: atOnce }),
    remove: (keys) => io(() => removeAll(keys)),
    link: () => Effect.void,
    check: io(tryWriting),
    use: (body) =>
      Effect.acquireUseRelease(
        Effect.sync(copies.enter),
        () => body,
        () => Effect.promise(copies.leave)
      )
  }
})
