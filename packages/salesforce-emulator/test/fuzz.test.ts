/** Whatever is asked, the answer is one that Salesforce could have given. `FUZZ_SEED` repeats a run. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EmulatedOrg } from "./support/emulated-org.ts"
import { Nonsense } from "./support/nonsense.ts"
import { type Got, type Sent, send } from "./support/raw-request.ts"

const isErrorArray = (text: string): boolean => {
  const body: unknown = JSON.parse(text)
  return (
    Array.isArray(body) &&
    body.length > 0 &&
    body.every((each) => typeof each.message === "string" && typeof each.errorCode === "string")
  )
}

/** Whether an answer is one Salesforce could have given. */
const complaint = ({ method, path }: Sent, got: Got | undefined): string | undefined => {
  if (got === undefined) return undefined
  const { status, type, text } = got
  const isSoapFault = text.includes("<soapenv:Fault>")
  if (status >= 500 && !isSoapFault) return `${status} ${text}`
  const isRest = /^\/services\/data/i.test(path) || path.startsWith("/emulator")
  if (status < 400 || !isRest || text === "" || method === "HEAD" || !type.includes("json")) return undefined
  // Composite answers say what went wrong inside.
  return isErrorArray(text) || /composite\/tree/i.test(path) ? undefined : `${status} ${text}`
}

const seed = Number(process.env.FUZZ_SEED ?? 20261121)
/** However slow the machine is: enough for several of each kind of answer. */
const fewest = 500
const requests = Number(process.env.FUZZ_REQUESTS ?? 1000)
const mostSeconds = Number(process.env.FUZZ_SECONDS ?? 8)

layer(EmulatedOrg.layer({}, { dataset: "demo" }), { excludeTestServices: true, timeout: 60_000 })(
  "nonsense",
  (it) => {
    it.effect(
      "is answered as Salesforce would, and the emulator goes on",
      () =>
        Effect.gen(function* () {
          const { url, accessToken, call } = yield* EmulatedOrg
          const fuzzer = new Nonsense(seed)
          const found: Array<string> = []
          const statuses = new Map<number, number>()
          const deadline = Date.now() + mostSeconds * 1000
          for (let at = 0; at < fewest || (at < requests && Date.now() < deadline); at++) {
            const sent = fuzzer.next(accessToken)
            const got = yield* send(url, sent)
            if (got !== undefined) statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1)
            const told = complaint(sent, got)
            if (told !== undefined) {
              found.push(
                `${sent.method} ${decodeURI(sent.path.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"))} ${sent.body}: ${told}`
              )
            }
          }
          assert.deepStrictEqual(found, [])
          for (const status of [200, 400, 401, 404, 405]) {
            assert.isAbove(statuses.get(status) ?? 0, 5, `${status} of ${JSON.stringify([...statuses])}`)
          }
          assert.strictEqual(
            (yield* call("/services/data/v67.0/query?q=SELECT+COUNT()+FROM+Account")).status,
            200
          )
        }),
      (mostSeconds + 170) * 1000
    )
  }
)
