/** Proving the copy: started by a person, its result by stream with the first differences. */
import type { Verification, VerifiedStream } from "@decant/api"
import { useEffect } from "react"
import { type Ask, ask } from "../../data/api.ts"
import { useAction, useAnswer } from "../../data/use-answer.ts"
import { Button } from "../../ui/button.tsx"
import { count } from "../../ui/figures.ts"
import { ScrollRegion } from "../../ui/scroll-region.tsx"
import { Section } from "../../ui/section.tsx"
import { Notice, type Tone } from "../../ui/status.tsx"
import { words } from "../../words.ts"

const text = words.runs
const lookAgainMs = 1_000

const tones: Readonly<Record<Verification["state"], Tone>> = {
  running: "plain",
  same: "good",
  different: "warn",
  failed: "bad",
  interrupted: "plain"
}

const Row = ({ stream }: { readonly stream: VerifiedStream }) => (
  <tr>
    <th scope="row">{stream.stream}</th>
    <td>
      {stream.coverage}
      {stream.notes.map((note) => (
        <p key={note} className="hint">
          {note}
        </p>
      ))}
      {stream.rows.map((row) => (
        <p key={`${row.id} ${row.kind}`} className="hint">
          <code>{row.id}</code> {row.kind}: {row.cause} {row.fix}
        </p>
      ))}
      {stream.error ? <p className="field-error">{`${stream.error.message} ${stream.error.fix}`}</p> : null}
    </td>
    <td className="number">{count(stream.compared)}</td>
    <td className="number">{count(stream.missing)}</td>
    <td className="number">{count(stream.extra + stream.doubled)}</td>
    <td className="number">{count(stream.values + stream.stamp)}</td>
  </tr>
)

const Result = ({ verification }: { readonly verification: Verification }) => {
  const { state, error, notes, streams } = verification
  return (
    <>
      <div className="card-body">
        <Notice tone={tones[state]} title={error?.message ?? text.verifyStates[state]} live>
          {error ? <p>{error.fix}</p> : null}
          {state === "running" && notes.length > 0 ? <p className="soft">{notes.at(-1)}</p> : null}
        </Notice>
      </div>
      {streams.length > 0 ? (
        <ScrollRegion label={text.verify}>
          <table className="table run-table">
            <thead>
              <tr>
                <th scope="col">{text.object}</th>
                <th scope="col">{text.details}</th>
                <th scope="col" className="number">
                  {text.compared}
                </th>
                <th scope="col" className="number">
                  {text.missing}
                </th>
                <th scope="col" className="number">
                  {text.extra}
                </th>
                <th scope="col" className="number">
                  {text.values}
                </th>
              </tr>
            </thead>
            <tbody>
              {streams.map((stream) => (
                <Row key={stream.stream} stream={stream} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      ) : null}
    </>
  )
}

export const Verify = ({ id }: { readonly id: string }) => {
  const params = { id }
  const question: Ask<Verification | null> = (client) => client.verification.get({ params })
  const asked = useAnswer<Verification | null>(`verification ${id}`, question)
  const { run, isPending, problem } = useAction()
  const isRunning = asked.value?.state === "running"
  const { put } = asked
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(async () => {
      const answer = await ask<Verification | null>((client) => client.verification.get({ params: { id } }))
      if (answer.ok) put(answer.value)
    }, lookAgainMs)
    return () => clearInterval(timer)
  }, [isRunning, id, put])
  const start = (quick: boolean) =>
    run<Verification | null>((client) => client.verification.start({ params, payload: { quick } }), put)
  const cancel = () => run<Verification | null>((client) => client.verification.cancel({ params }), put)
  return (
    <Section
      id="verify"
      title={text.verify}
      lead={text.verifyLead}
      problem={problem}
      action={
        isRunning ? (
          <Button size="small" isPending={isPending} onPress={cancel}>
            {text.cancelRun}
          </Button>
        ) : (
          <div className="row">
            <Button size="small" isDisabled={isPending} onPress={() => start(true)}>
              {text.verifyQuick}
            </Button>
            <Button size="small" isPending={isPending} onPress={() => start(false)}>
              {text.verifyNow}
            </Button>
          </div>
        )
      }
    >
      {asked.value ? <Result verification={asked.value} /> : null}
    </Section>
  )
}
