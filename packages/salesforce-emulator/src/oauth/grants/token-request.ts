/** What every grant starts from: the request, its form and the host it came to. */
import type { HttpServerRequest } from "effect/http"
import type { Form } from "../request-context.ts"

export interface TokenRequest {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly form: Form
  readonly origin: string
}
