/** `npm run page`: docs/performance.md anew from bench/results.json, without measuring anything. */
import { keepResults } from "./results.ts"

keepResults({})
