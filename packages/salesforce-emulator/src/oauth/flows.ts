/** The OAuth flows an app may allow, under the names people give them. */
export const FLOWS = [
  "web-server",
  "user-agent",
  "jwt-bearer",
  "client-credentials",
  "device",
  "code-credentials",
  "username-password"
] as const

export type Flow = (typeof FLOWS)[number]

const ALIASES: Readonly<Record<string, Flow>> = {
  web: "web-server",
  webserver: "web-server",
  oauth: "web-server",
  code: "web-server",
  authorizationcode: "web-server",
  refresh: "web-server",
  refreshtoken: "web-server",
  token: "user-agent",
  implicit: "user-agent",
  useragent: "user-agent",
  jwt: "jwt-bearer",
  jwtbearer: "jwt-bearer",
  urnietfparamsoauthgranttypejwtbearer: "jwt-bearer",
  clientcredentials: "client-credentials",
  client: "client-credentials",
  device: "device",
  devicecode: "device",
  headless: "code-credentials",
  codecredentials: "code-credentials",
  authorizationcodeandcredentials: "code-credentials",
  password: "username-password",
  usernamepassword: "username-password"
}

/** The flow of that name, whatever its spelling. */
export const flowNamed = (name: string): Flow | undefined =>
  ALIASES[name.toLowerCase().replaceAll(/[^a-z]/g, "")]
