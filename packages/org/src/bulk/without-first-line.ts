/** Every page of a result begins with the header again; it has no line feed in it, since it only names fields. */
import { Stream } from "effect"

const LINE_FEED = 0x0a

export const withoutFirstLine = <E>(bytes: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array, E> =>
  Stream.suspend(() => {
    let passed = false
    return bytes.pipe(
      Stream.map((chunk) => {
        if (passed) return chunk
        const end = chunk.indexOf(LINE_FEED)
        if (end === -1) return chunk.subarray(chunk.length)
        passed = true
        return chunk.subarray(end + 1)
      }),
      Stream.filter((chunk) => chunk.length > 0)
    )
  })
