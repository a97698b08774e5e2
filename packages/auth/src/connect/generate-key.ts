/**
 * A key pair for the JWT flow: an RSA private key, and a self-signed certificate to upload to the app.
 * https://www.rfc-editor.org/rfc/rfc5280
 */
import { generateKeyPair, randomBytes } from "node:crypto"
import { open, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { Clock, Effect } from "effect"
import { AuthError } from "../auth-error.ts"
import { errorCode } from "../store/durable-file.ts"

export interface GenerateKey {
  readonly folder: string
  /** File names begin with it: `<name>.key`, `<name>.crt`. */
  readonly name: string
  /** How long the certificate is good. */
  readonly days: number
}

export interface GeneratedKey {
  readonly keyFile: string
  readonly certificateFile: string
  readonly expires: Date
}

const dayMillis = 86_400_000

const selfSigned = async (privatePem: string, publicPem: string, name: string, from: number, to: number) => {
  const { default: forge } = await import("node-forge")
  const certificate = forge.pki.createCertificate()
  // Positive, as serial numbers must be.
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`
  certificate.publicKey = forge.pki.publicKeyFromPem(publicPem)
  certificate.validity.notBefore = new Date(from)
  certificate.validity.notAfter = new Date(to)
  const subject = [{ name: "commonName", value: `Decant ${name}` }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.sign(forge.pki.privateKeyFromPem(privatePem), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

const writeNew = async (path: string, text: string, mode: number): Promise<void> => {
  const handle = await open(path, "wx", mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Never overwrites: a key that is in use cannot be had again. */
export const generateKey = Effect.fn("auth.generateKey")(function* (
  of: GenerateKey
): Effect.fn.Return<GeneratedKey, AuthError> {
  const from = yield* Clock.currentTimeMillis
  const expires = new Date(from + of.days * dayMillis)
  const keyFile = join(of.folder, `${of.name}.key`)
  const certificateFile = join(of.folder, `${of.name}.crt`)
  const unwritable = (file: string) => (error: unknown) =>
    AuthError.because("AUTH_KEY_WRITE", {
      file,
      detail: errorCode(error) === "EEXIST" ? "it exists already" : errorCode(error)
    })

  const pair = yield* Effect.promise(() =>
    promisify(generateKeyPair)("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" }
    })
  )
  const certificate = yield* Effect.promise(() =>
    selfSigned(pair.privateKey, pair.publicKey, of.name, from, expires.getTime())
  )
  yield* Effect.tryPromise({
    try: () => writeNew(keyFile, pair.privateKey, 0o600),
    catch: unwritable(keyFile)
  })
  yield* Effect.tryPromise({
    try: () => writeNew(certificateFile, certificate, 0o644),
    catch: unwritable(certificateFile)
  }).pipe(Effect.tapError(() => Effect.promise(() => rm(keyFile, { force: true }))))
  return { keyFile, certificateFile, expires }
})
