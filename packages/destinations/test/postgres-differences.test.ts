import { differencesContract } from "./contract/verify.ts"
import { postgresServer } from "./postgres-server.ts"
import { postgresSubject } from "./postgres-subject.ts"

const server = postgresServer()

differencesContract(postgresSubject(server), {
  doubleRow: async (folder, id) => {
    await server.admin(folder, 'ALTER TABLE salesforce."Account" DROP CONSTRAINT IF EXISTS "Account_pkey"')
    await server.admin(
      folder,
      'INSERT INTO salesforce."Account" SELECT * FROM salesforce."Account" WHERE "Id" = $1',
      [id]
    )
  }
})
