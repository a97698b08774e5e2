/** Long answers: piece after piece, as fast as whoever reads them takes them. */
import { Effect } from "effect"

export const writeOut = (piece: string | Uint8Array): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.stdout.write(piece, () => resume(Effect.void))
  })
