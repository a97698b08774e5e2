/** An org of a few hundred rows, for tests to which their number is nothing: each reading of them costs its time. */
import { borrowEmulator, type Emulator } from "./emulator.ts"

export const openSmallOrg = (...args: ReadonlyArray<string>): Promise<Emulator> =>
  borrowEmulator("--dataset", "scale", "--rows", "Account=100,Contact=300,Opportunity=150,User=10", ...args)
