import { historyContract } from "./contract/history.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

historyContract(postgresSubject(postgresServer()))
