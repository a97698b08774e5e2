/** The device flow's stored login. `decant connect` makes it; this uses it. */
import type { MethodOf } from "../method.ts"
import { storedLogin } from "./stored-login.ts"

export const device: MethodOf<"device"> = (auth, place) =>
  storedLogin(place, { clientId: auth.clientId, secret: null })
