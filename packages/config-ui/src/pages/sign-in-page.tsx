/** Signing in: by the token that `decant serve` prints, or by its password. */
import type { Session } from "@decant/api"
import { useState } from "react"
import { useAction } from "../data/use-answer.ts"
import { Button } from "../ui/button.tsx"
import { Field } from "../ui/field.tsx"
import { Failure } from "../ui/status.tsx"
import { words } from "../words.ts"

export const SignInPage = ({
  by,
  onSignedIn
}: {
  readonly by: Session["by"]
  readonly onSignedIn: () => void
}) => {
  const [secret, setSecret] = useState("")
  const { run, isPending, problem } = useAction()
  const asToken = by === "token"
  return (
    <main id="page" className="page">
      <form
        className="card sign-in"
        onSubmit={(event) => {
          event.preventDefault()
          const payload = asToken ? { token: secret.trim() } : { password: secret }
          run((client) => client.session.signIn({ payload }), onSignedIn)
        }}
      >
        <h1>{words.signIn.title}</h1>
        <p className="soft">{asToken ? words.signIn.token : words.signIn.password}</p>
        {problem ? <Failure problem={problem} /> : null}
        <Field
          label={asToken ? words.signIn.tokenLabel : words.signIn.passwordLabel}
          type="password"
          value={secret}
          onChange={setSecret}
          autoFocus
        />
        <Button type="submit" variant="primary" isPending={isPending}>
          {words.signIn.action}
        </Button>
      </form>
    </main>
  )
}
