/** Whether a way to log in stores a login: the others read their secret anew each time. */
import type { Auth } from "@decant/connector"

export const keepsLogin = (auth: Auth): boolean => auth.method === "oauth" || auth.method === "device"
