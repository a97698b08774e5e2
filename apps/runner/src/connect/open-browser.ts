/** Opens the person's browser where there is one. The address is printed in any case: opening is a courtesy. */
import { Effect } from "effect"

/** Without a display, a browser that opens would be one inside this terminal. */
const mayHaveBrowser = (env: NodeJS.ProcessEnv): boolean =>
  process.platform !== "linux" ||
  Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME || env.BROWSER)

/** False when there is none to open. Loaded when used, as few commands need it. */
export const openBrowser = (url: string, env: NodeJS.ProcessEnv): Effect.Effect<boolean> =>
  mayHaveBrowser(env)
    ? Effect.tryPromise(async () => {
        const { default: open } = await import("open")
        const child = await open(url)
        // What becomes of it is seen in the browser; its failure must not end us.
        child.on("error", () => undefined)
        child.unref()
        return true
      }).pipe(Effect.orElseSucceed(() => false))
    : Effect.succeed(false)
