/** The few pages a browser sees. Plain forms: they work without JavaScript, with a keyboard and with a reader. */
import { HttpServerResponse } from "effect/http"
import { escapeMarkup } from "./render.ts"

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;background:#f3f3f3;color:#181818;margin:0}
main{max-width:24rem;margin:4rem auto;padding:2rem;background:#fff;border:1px solid #c9c9c9;border-radius:.5rem}
h1{font-size:1.25rem;margin:0 0 1rem}label{display:block;margin-top:1rem}
input{box-sizing:border-box;width:100%;padding:.5rem;font:inherit}
button{margin:1.5rem .5rem 0 0;padding:.5rem 1.25rem;font:inherit}
[role=alert]{color:#b3261e}footer{margin-top:2rem;font-size:.8rem;color:#5c5c5c}`

function page(title: string, body: string, status = 200, headers: Readonly<Record<string, string>> = {}) {
  const html = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeMarkup(title)}</h1>${body}<footer>salesforce-emulator</footer></main></body></html>
`
  return HttpServerResponse.text(html, {
    status,
    contentType: "text/html;charset=UTF-8",
    headers: {
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      ...headers
    }
  })
}

const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${name}" value="${escapeMarkup(value)}">`

const alert = (message: string | undefined) =>
  message === undefined ? "" : `<p role="alert" id="error">${escapeMarkup(message)}</p>`

const credentials = (username: string) =>
  `<label for="username">Username</label>
<input id="username" name="username" type="text" autocomplete="username" required value="${escapeMarkup(username)}">
<label for="password">Password</label>
<input id="password" name="pw" type="password" autocomplete="current-password" required>`

export const loginPage = (pending: string, username: string, message?: string) =>
  page(
    "Log in to the emulated org",
    `${alert(message)}<form id="login_form" method="post" action="/secur/login">${hidden("pending", pending)}
${credentials(username)}
<button id="Login" name="Login" type="submit" value="Log In">Log In</button></form>`
  )

export const consentPage = (
  pending: string,
  appName: string,
  username: string,
  scopes: ReadonlyArray<string>,
  headers: Readonly<Record<string, string>>
) =>
  page(
    "Allow access?",
    `<p><strong>${escapeMarkup(appName)}</strong> asks to act as <strong>${escapeMarkup(username)}</strong> with:</p>
<ul>${scopes.map((scope) => `<li>${escapeMarkup(scope)}</li>`).join("")}</ul>
<form id="consent_form" method="post" action="/setup/secur/RemoteAccessAuthorizationPage.apexp">${hidden("pending", pending)}
<button id="oaapprove" name="decision" type="submit" value="allow">Allow</button>
<button id="oadeny" name="decision" type="submit" value="deny">Deny</button></form>`,
    200,
    headers
  )

export const devicePage = (userCode: string, message?: string) =>
  page(
    "Connect a device",
    `${alert(message)}<form id="connect_form" method="post" action="/setup/connect">
<label for="user_code">Code shown by the device</label>
<input id="user_code" name="user_code" autocomplete="off" required value="${escapeMarkup(userCode)}">
${credentials("")}
<button id="save" type="submit">Connect</button></form>`
  )

export const messagePage = (title: string, text: string, status = 200) =>
  page(title, `<p id="message">${escapeMarkup(text)}</p>`, status)

export const errorPage = (error: string, description: string, status: number) =>
  page(
    "Login refused",
    `<p>The org could not authorize this login.</p><p role="alert" id="error">${escapeMarkup(error)} : ${escapeMarkup(description)}</p>`,
    status
  )
