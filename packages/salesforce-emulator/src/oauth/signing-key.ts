/**
 * The private key of the JWT app. To find one takes a tenth of a second of CPU time, more than the rest of a start, so
 * the emulators of one user on one machine share theirs: it lies in a folder of the temporary ones that nobody else can
 * read or write.
 */
import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from "node:crypto"
import { link, lstat, mkdir, readFile, unlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const bits = 2048

const makeKey = async (): Promise<KeyObject> =>
  (await promisify(generateKeyPair)("rsa", { modulusLength: bits })).privateKey

/** Fails unless the folder is the user's alone. */
const ownFolder = async (): Promise<string> => {
  const uid = process.getuid?.() ?? -1
  const folder = join(tmpdir(), `salesforce-emulator.${uid}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const isOwn = found.isDirectory() && (uid < 0 || (found.uid === uid && (found.mode & 0o077) === 0))
  if (!isOwn) throw new Error(`${folder} is not this user's alone`)
  return folder
}

const readKey = async (path: string): Promise<KeyObject> => {
  const key = createPrivateKey(await readFile(path))
  if (key.asymmetricKeyType !== "rsa" || key.asymmetricKeyDetails?.modulusLength !== bits) {
    throw new Error(`${path} holds another key`)
  }
  return key
}

/** Whole or not at all, and never in the place of another: other emulators read it meanwhile. */
const keepKey = async (path: string, key: KeyObject): Promise<void> => {
  const partial = `${path}.${randomUUID()}`
  await writeFile(partial, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
  await link(partial, path).finally(() => unlink(partial))
}

const orUndefined = () => undefined

/** The key that the machine has for its emulators; one of its own where none can be kept. */
export const signingKey = async (): Promise<KeyObject> => {
  const folder = await ownFolder().catch(orUndefined)
  if (folder === undefined) return makeKey()
  const path = join(folder, "jwt-app.key")
  const known = await readKey(path).catch(orUndefined)
  if (known !== undefined) return known
  const made = await makeKey()
  await keepKey(path, made).catch(orUndefined)
  return (await readKey(path).catch(orUndefined)) ?? made
}
