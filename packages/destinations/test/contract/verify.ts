/**
 * What every destination must do for `decant verify`: say exactly how its rows differ from the source's, and take
 * whole rows in place of whatever it holds.
 */
import type { Subject } from "../subject.ts"
import type { Damage } from "./verify/begin.ts"
import { comparingContract } from "./verify/comparing.ts"
import { replacingContract } from "./verify/replacing.ts"

export const differencesContract = (subject: Subject, damage: Damage): void => {
  comparingContract(subject, damage)
  replacingContract(subject, damage)
}
