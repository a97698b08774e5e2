/** The keys of a spec whose text is a secret, wherever they stand: warned of in a file, hidden in a page. */
export const secretKeys: ReadonlySet<string> = new Set([
  "clientSecret",
  "privateKey",
  "passphrase",
  "accessToken",
  "url",
  "queryUrl",
  "webhook",
  "token"
])
