import { typesContract } from "./contract/types.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

typesContract(postgresSubject(postgresServer()))
