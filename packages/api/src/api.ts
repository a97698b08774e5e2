/**
 * The HTTP API of `decant serve`: what the config UI calls, and anybody's scripts. This package says only what goes
 * over the wire; the runner serves it.
 */
import { HttpApi, OpenApi } from "effect/http-api"
import { ConnectGroup } from "./connect.ts"
import { ConnectionsGroup } from "./connections.ts"
import { DataGroup } from "./data.ts"
import { OrgGroup } from "./org.ts"
import { RunsGroup } from "./runs.ts"
import { SessionGroup } from "./session.ts"
import { SpecGroup } from "./spec.ts"
import { VerificationGroup } from "./verification.ts"

export class DecantApi extends HttpApi.make("decant")
  .add(
    SessionGroup,
    ConnectionsGroup,
    ConnectGroup,
    SpecGroup,
    OrgGroup,
    RunsGroup,
    VerificationGroup,
    DataGroup
  )
  .prefix("/api")
  .annotateMerge(
    OpenApi.annotations({
      title: "Decant",
      description:
        "Connections to Salesforce orgs, what is copied from them, runs, and the copy. Sign in with the token that `decant serve` prints: `Authorization: Bearer <token>`, or POST it to /api/session for a cookie."
    })
  ) {}
