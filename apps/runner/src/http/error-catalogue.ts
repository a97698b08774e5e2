/** The codes of the HTTP server, beside those of the runner. */
import type { ErrorEntry } from "@decant/connector"

export const httpErrors = [
  {
    code: "SIGN_IN_NEEDED",
    message: "Nobody is signed in.",
    meaning: "The session ended, the server was started again, or the token is missing or wrong.",
    fix: "Open the address that `decant serve` printed, or sign in with the password.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "SIGN_IN_REFUSED",
    message: "That did not sign you in.",
    meaning: "The token is not the one that this start of `decant serve` printed, or the password is wrong.",
    fix: "Copy the whole address that `decant serve` printed last, or type the password again.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "SIGN_IN_LIMITED",
    message: "Too many tries to sign in.",
    meaning: "Passwords and tokens cannot be guessed at speed.",
    fix: "Wait a minute, then try again.",
    retry: "later",
    disposition: "failed"
  },
  {
    code: "HOST_REFUSED",
    message: "This server does not answer to the name it was called by.",
    meaning:
      "A page of another site may point its own name at this machine (DNS rebinding), so only the server's own names are answered.",
    fix: "Open the address that `decant serve` printed, or start it with `--public-url` and the name that people use.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ORIGIN_REFUSED",
    message: "A page of another site sent this request.",
    meaning: "Only the pages of this server may act with your session.",
    fix: "Use Decant's own pages, or a script with `Authorization: Bearer …`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "HTTPS_NEEDED",
    message: "This request did not come by https.",
    meaning: "A server that others can reach takes passwords by https only.",
    fix: "Use the https address. Where a proxy ends https, it must send `X-Forwarded-Proto: https`.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "REQUEST_INVALID",
    message: "The request does not have the form that the API takes.",
    meaning: "A part is missing, misspelt or of another type.",
    fix: "/openapi.json says what each request takes.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "SPEC_FORBIDDEN",
    message: "This cannot be changed over HTTP: {what}.",
    meaning:
      "Who can open the pages must not be able to send secrets elsewhere, run commands or reach other files.",
    fix: "Change it in the spec file itself; the pages show it at once. Logins are changed with Reconnect, what it is called with Rename.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "ONE_FILE_SERVED",
    message: "This server serves one spec file, so it cannot make another.",
    meaning: "`decant serve FILE` serves that file, `decant serve FOLDER` all spec files of a folder.",
    fix: "Start the server with the folder.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "OTHER_ADDRESS",
    message: "Salesforce would lead back to another address than the one that this page has.",
    meaning: "The session belongs to the address in the browser, the callback to the server's public URL.",
    fix: "Open Decant at its public URL and connect from there.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "LOGIN_UNKNOWN",
    message: "This login is not waited for any more.",
    meaning: "It was finished already, or it took longer than ten minutes, or the server was started again.",
    fix: "Press Connect again.",
    retry: "no",
    disposition: "failed"
  },
  {
    code: "VERIFICATION_RUNNING",
    message: "A verification of this connection is at it.",
    meaning: "One at a time: two would only share the org's API calls.",
    fix: "Wait for it, or cancel it.",
    retry: "later",
    disposition: "locked"
  },
  {
    code: "NOT_CONNECTED",
    message: "This connection has no spec that can be used.",
    meaning: "The file has mistakes and never was without them since the server began.",
    fix: "Correct the lines that are named beside the text of the spec.",
    retry: "no",
    disposition: "spec"
  },
  {
    code: "WHERE_INVALID",
    message: "Salesforce does not take this filter.",
    meaning: "The text after WHERE is not SOQL that this object understands.",
    fix: "Correct it as the message says. Texts stand in single quotes, dates in none.",
    retry: "no",
    disposition: "spec"
  }
] as const satisfies ReadonlyArray<ErrorEntry>
