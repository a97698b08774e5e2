/** What `decant serve` was started with. */
import type { MemoryUse } from "@decant/connector"
import { Context } from "effect"

export class ServeSettings extends Context.Service<
  ServeSettings,
  {
    /** The folder whose spec files are served, absolute. */
    readonly folder: string
    /** The one file that is served; null for all of the folder. */
    readonly file: string | null
    /** Where the server listens. */
    readonly host: string
    readonly port: number
    /** How people and Salesforce reach it: `http://127.0.0.1:4766`, without a slash at its end. */
    readonly publicUrl: string
    /** Holds the history and whatever else the server keeps; private. */
    readonly stateFolder: string
    readonly version: string
    /** How many specs are synced at one time. */
    readonly concurrency: number
    /** How much memory a sync's destination may take. */
    readonly memory: MemoryUse
  }
>()("serve/ServeSettings") {}
