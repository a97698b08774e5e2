/**
 * What every destination must do, whatever it stores in: run by one test file per destination. Rows are looked
 * at through the destination's own read-only query.
 *
 * History, erasing, the values of every type and what `decant verify` asks for are contracts of their own beside
 * these, run by files of their own so that they run at once.
 */
import { commitsContract } from "./contract/commits.ts"
import { deletesContract } from "./contract/deletes.ts"
import { firstLoadContract } from "./contract/first-load.ts"
import { generationsContract } from "./contract/generations.ts"
import { incrementsContract } from "./contract/increments.ts"
import { lookingContract } from "./contract/looking.ts"
import { orgsContract } from "./contract/orgs.ts"
import { refusedFilesContract } from "./contract/refused-files.ts"
import { schemaChangesContract } from "./contract/schema-changes.ts"
import { valuesContract } from "./contract/values.ts"
import { writersContract } from "./contract/writers.ts"
import type { Subject } from "./subject.ts"

export const destinationContract = (subject: Subject): void => {
  commitsContract(subject)
  writersContract(subject)
  orgsContract(subject)
  firstLoadContract(subject)
  incrementsContract(subject)
  deletesContract(subject)
  generationsContract(subject)
  valuesContract(subject)
  refusedFilesContract(subject)
  schemaChangesContract(subject)
  lookingContract(subject)
}
