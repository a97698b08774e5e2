/**
 * The certificate that belongs to a private key: how long it is still good. Salesforce does not say that a
 * certificate has expired; it only refuses the signature.
 */
import { type KeyObject, X509Certificate } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { dirname, isAbsolute, join } from "node:path"
import type { Secret } from "@decant/connector"
import { Effect, Redacted } from "effect"
import type { PrivateKey } from "./private-key.ts"
import type { SpecPlace } from "./secret-text.ts"

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const certificateFile = /\.(crt|cer|pem)$/i

const certificatesIn = (pem: string): ReadonlyArray<X509Certificate> =>
  (pem.match(block) ?? []).flatMap((text) => {
    try {
      return [new X509Certificate(text)]
    } catch {
      return []
    }
  })

const latestOf = (certificates: ReadonlyArray<X509Certificate>, key: KeyObject): X509Certificate | null =>
  certificates
    .filter((certificate) => certificate.checkPrivateKey(key))
    .sort((a, b) => b.validToDate.getTime() - a.validToDate.getTime())[0] ?? null

const besideFile = async (path: string): Promise<ReadonlyArray<X509Certificate>> => {
  const folder = dirname(path)
  const files = (await readdir(folder)).filter((file) => certificateFile.test(file))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8").catch(() => "")))
  return texts.flatMap(certificatesIn)
}

/**
 * The key's certificate: the one in the same PEM, or in a file beside the key that belongs to it. Null when there is
 * none to be found here; the app has it all the same.
 */
export const certificateOf = (
  key: PrivateKey,
  named: Secret,
  place: SpecPlace
): Effect.Effect<X509Certificate | null> => {
  const inside = latestOf(certificatesIn(Redacted.value(key.pem)), key.key)
  if (inside !== null || Redacted.isRedacted(named) || "env" in named) return Effect.succeed(inside)
  const path = isAbsolute(named.file) ? named.file : join(place.folder, named.file)
  return Effect.promise(() => besideFile(path).catch(() => [])).pipe(
    Effect.map((certificates) => latestOf(certificates, key.key))
  )
}
