/**
 * Where a stream's time went, out of the spans that end anyway: a tracer that hands them on and keeps, for each phase,
 * how long it was under way. A phase inside of another is not the other's time; what goes on several times at once
 * counts once.
 */
import { type TimedPhase, timedPhases } from "@decant/connector"
import { Option, type Tracer } from "effect"

export interface PhaseTimes {
  /** For the effect whose phases are to be told. */
  readonly tracer: (outer: Tracer.Tracer) => Tracer.Tracer
  /** In milliseconds, so far. */
  readonly read: () => Readonly<Record<TimedPhase, number>>
}

const isPhase = (name: string): name is TimedPhase => timedPhases.some((phase) => phase === name)

interface Meter {
  underWay: number
  since: bigint
  total: bigint
}

const change = (meter: Meter, by: 1 | -1, now: bigint): void => {
  if (meter.underWay > 0) meter.total += now - meter.since
  meter.since = now
  meter.underWay += by
}

export const phaseTimes = (): PhaseTimes => {
  const meters = new Map(
    timedPhases.map((phase): [TimedPhase, Meter] => [phase, { underWay: 0, since: 0n, total: 0n }])
  )
  const spans = new WeakMap<object, TimedPhase>()

  const around = (parent: Option.Option<Tracer.AnySpan>): Meter | undefined => {
    const span = Option.getOrUndefined(parent)
    if (span === undefined) return
    const phase = spans.get(span)
    if (phase !== undefined) return meters.get(phase)
    return span._tag === "Span" ? around(span.parent) : undefined
  }

  const begin = (span: Tracer.Span, phase: TimedPhase, startTime: bigint): void => {
    const own = meters.get(phase)
    if (own === undefined) return
    const outer = around(span.parent)
    if (outer !== undefined) change(outer, -1, startTime)
    change(own, 1, startTime)
    spans.set(span, phase)
    const end = span.end.bind(span)
    span.end = (endTime, exit) => {
      change(own, -1, endTime)
      if (outer !== undefined) change(outer, 1, endTime)
      end(endTime, exit)
    }
  }

  return {
    tracer: (outer) => ({
      ...outer,
      span: (options) => {
        const span = outer.span(options)
        if (isPhase(options.name)) begin(span, options.name, options.startTime)
        return span
      }
    }),
    read: () => {
      const millis = (phase: TimedPhase) => Math.round(Number(meters.get(phase)?.total ?? 0n) / 1e6)
      return {
        download: millis("download"),
        check: millis("check"),
        stage: millis("stage"),
        merge: millis("merge"),
        commit: millis("commit"),
        verify: millis("verify")
      }
    }
  }
}
